"""What a worker process may no longer do, where the kernel lets a process give rights up for itself (Linux).

Landlock (5.13) takes the file system away except for reading Python's own folders; seccomp takes away sockets,
new processes, the calls that reach into other processes, and what Landlock lets pass: another mode, owner or time
of a file, for which it need not be opened. Neither needs privileges. The descriptors that the
worker already has, its channel and the file to read, stay usable.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What the kernel enforces for a worker: no ``files`` but its input, no ``network`` and no programs started,
    limited ``memory``."""

    files: bool = False
    network: bool = False
    memory: bool = False

    def tier(self) -> str:
        """For people: what is enforced, and what this kernel does not offer."""
        said = {
            "no files but the one to read (Landlock)": self.files,
            "no network, no programs, no other processes (seccomp)": self.network,
            "limited memory, processor time, descriptors, and nothing written (rlimits)": self.memory,
        }
        held = [text for text, holds in said.items() if holds]
        lacking = [text for text, holds in said.items() if not holds]
        return "; ".join(
            [f"readers have {', '.join(held)}" if held else "readers are only timed"]
            + ([f"not enforced here: {', '.join(lacking)}"] if lacking else [])
        )


def enter(memory: bool) -> Sandbox:
    """Give up what can be given up; the answer says what worked."""
    if sys.platform != "linux":
        return Sandbox(memory=memory)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return Sandbox(files=_landlock(libc, _readable()), network=_seccomp(libc), memory=memory)


def _readable() -> list[str]:
    """Where Python and its packages are: never the current folder, nor a home that stands on the path."""
    package = str(Path(__file__).resolve().parents[1])
    fixed = [sys.prefix, sys.base_prefix, package, "/usr", "/lib", "/lib64", "/nix/store", "/etc/ld.so.cache"]
    fixed += ["/dev/null", "/dev/urandom"]
    packages = (
        p for p in sys.path if Path(p).name in ("site-packages", "dist-packages") or p.endswith(".zip")
    )
    return [p for p in dict.fromkeys([*fixed, *packages]) if p != "/" and os.path.exists(p)]


_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same on every architecture
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_FS_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # ABI -> number of rights it knows; 16 from ABI 5 on


def _landlock(libc: ctypes.CDLL, readable: Iterable[str]) -> bool:
    abi = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if abi < 1:
        return False
    rights = (1 << _FS_RIGHTS.get(abi, 16)) - 1
    net, scoped = (0b11 if abi >= 4 else 0), (0b11 if abi >= 6 else 0)
    attributes = struct.pack("=QQQ", rights, net, scoped)[: 24 if abi >= 6 else 16 if abi >= 4 else 8]
    ruleset = libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _allow(libc, ruleset, path)
        return bool(libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        allowed = _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0)
        libc.syscall(_LANDLOCK_ADD, ruleset, 1, struct.pack("=Qi", allowed, fd), 0)
    finally:
        os.close(fd)


@dataclass(frozen=True, slots=True)
class _Machine:
    arch: int  # AUDIT_ARCH_*
    clone: int
    own: str  # numbers of system calls whose first argument is a process: allowed for this one alone
    denied: str  # numbers of system calls


# own: tgkill prlimit64
# denied: socket socketpair connect bind listen accept accept4, execve execveat, ptrace process_vm_readv/writev kill
# tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal, io_uring_setup bpf perf_event_open
# userfaultfd, add_key request_key keyctl, unshare setns mount open_by_handle_at, shmget semget msgget mq_open,
# fchmod fchmodat fchmodat2 fchown fchownat utimensat, [l,f]setxattr setxattrat [l,f]removexattr removexattrat
# file_setattr; fork vfork chmod chown lchown utime utimes futimesat where they exist
_MACHINES = {
    "x86_64": _Machine(0xC000003E, 56, "234 302",
                       "41 53 42 49 50 43 288 59 322 101 310 311 62 200 129 297 434 438 424 425 321 298 323 248 249"
                       " 250 272 308 165 304 29 64 68 240 91 268 452 93 260 280 188 189 190 463 197 198 199 466 469"
                       " 57 58 90 92 94 132 235 261"),
    "aarch64": _Machine(0xC00000B7, 220, "131 261",
                        "198 199 203 200 201 202 242 221 281 117 270 271 129 130 138 240 434 438 424 425 280 241 282"
                        " 217 218 219 97 268 40 265 194 190 186 180 52 53 452 55 54 88 5 6 7 463 14 15 16 466 469"),
}  # fmt: skip
_CLONE3, _CLONE_THREAD = 435, 0x10000
_LOAD, _JUMP_EQUAL, _JUMP_SET, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_FIRST_ARGUMENT = 16  # where its lower half stands among what the filter is given
_ALLOW, _NOT_PERMITTED, _NO_SUCH_CALL = 0x7FFF0000, 0x00050001, 0x00050026


def _seccomp(libc: ctypes.CDLL) -> bool:
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    code = _filter(machine)
    program = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(program))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0)


def _filter(machine: _Machine) -> bytes:
    """A BPF program: deny some calls with EPERM, allow threads but no processes, allow the rest."""
    tail = [  # at the end, so that every jump goes forward
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),  # clone: its flags
        (_JUMP_SET, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _NOT_PERMITTED),
        (_RETURN, 0, 0, _NO_SUCH_CALL),  # glibc then uses clone, whose flags can be seen
        (_LOAD, 0, 0, _FIRST_ARGUMENT),  # a process: 0 or its own number is this one
        (_JUMP_EQUAL, 2, 0, 0),
        (_JUMP_EQUAL, 1, 0, os.getpid()),
        (_RETURN, 0, 0, _NOT_PERMITTED),
        (_RETURN, 0, 0, _ALLOW),
    ]
    flags_at, denied_at, missing_at, process_at = 1, 4, 5, 6
    tests = [(_JUMP_AT_LEAST, 0x40000000, denied_at), (_JUMP_EQUAL, _CLONE3, missing_at)]
    tests += [(_JUMP_EQUAL, machine.clone, flags_at)]
    tests += [(_JUMP_EQUAL, number, process_at) for number in map(int, machine.own.split())]
    tests += [(_JUMP_EQUAL, number, denied_at) for number in map(int, machine.denied.split())]
    jumps = [(code, len(tests) - i - 1 + target, 0, value) for i, (code, value, target) in enumerate(tests)]
    head = [
        (_LOAD, 0, 0, 4),
        (_JUMP_EQUAL, 1, 0, machine.arch),
        (_RETURN, 0, 0, _NOT_PERMITTED),
        (_LOAD, 0, 0, 0),
    ]
    return b"".join(struct.pack("=HBBI", *each) for each in [*head, *jumps, *tail])
