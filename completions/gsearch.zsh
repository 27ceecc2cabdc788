#compdef gsearch

_gsearch_completion() {
  eval $(env _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" _GSEARCH_COMPLETE=complete_zsh gsearch)
}

compdef _gsearch_completion gsearch
