"""Function words of common languages: dropped from questions, and used to guess the language of a text.

The lists hold folded forms (see :func:`gemmasearch.store.words.fold`), the most frequent function and
question words only: a word that carries meaning in its own language is not listed.
"""

from __future__ import annotations

from functools import cache

_LISTS = {
    "en": (
        "a about above after again against all also am an and any are aren as at be because been before being "
        "below between both but by can cannot could couldn did didn do does doesn doing don down during each "
        "few for from further had hadn has hasn have haven having he her here hers herself him himself his "
        "how i if in into is isn it its itself just ll me more most my myself no nor not of off on once only "
        "or other our ours out over own re s same shan she should shouldn so some such t than that the their "
        "theirs them themselves then there these they this those through to too under until up upon us ve "
        "very was wasn we were weren what when where whether which while who whom whose why will with within "
        "without won would wouldn you your yours yourself"
    ),
    "de": (
        "aber alle als also am an auch auf aus bei bin bis bist da damit das dass dein dem den denn der des "
        "dessen deren die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen "
        "einer eines er es etwa etwas euch fur gegen hat hatte hatten haben ich ihm ihn ihnen ihr ihre ihrem "
        "ihren ihrer im in ins ist ja jede jeder jedes jetzt kann kein keine konnen konnte man mein mich mir "
        "mit nach nicht noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seit sich sie sind so "
        "sowie uber um und uns unser unter viel viele vom von vor wann war waren warum was weil welche "
        "welchem welchen welcher welches wem wen wenn wer werden wessen wie wieder wieviel wir wird wo "
        "wodurch womit worin wurde wurden zu zum zur zwischen"
    ),
    "fr": (
        "a ai ainsi au aucun aussi autre aux avait avec avoir c ce ceci cela celle celles celui ces cet cette "
        "ceux chez comme comment d dans de des donc dont du elle elles en encore entre est et etaient etait "
        "etre eu fait fut il ils j je l la le les leur leurs lequel laquelle lors lui m ma mais me meme mes "
        "moi mon n ne ni nos notre nous on ont ou par pas pendant peu peut plus pour pourquoi qu quand que "
        "quel quelle quelles quels qui quoi s sa sans se ses si son sont sous sur t ta te tes toi ton tous "
        "tout toute toutes tres tu un une vers vos votre vous y"
    ),
    "es": (
        "a al algo algun alguna ante antes aquel asi aun aunque bajo cada como con contra cual cuales cuando "
        "cuanta cuantas cuanto cuantos de del desde donde dos durante e el ella ellas ellos en entre era eran "
        "es esa esas ese eso esos esta estaba estado estan estar este esto estos fue fueron ha habia han "
        "hasta hay la las le les lo los mas me mi mis mucho muy nada ni no nos nosotros o os otra otro otros "
        "para pero poco por porque pues que quien quienes se sea ser si sido sin sobre son su sus tambien tan "
        "tanto te tenia tiene tienen toda todas todo todos tu tus un una uno unos y ya yo"
    ),
    "it": (
        "a ad ai al alla alle allo anche ancora avere aveva c che chi ci come con contro cosa cui da dal "
        "dalla dalle de degli dei del dell della delle dello di dopo dove e ed era erano essere fa fino fra "
        "fu furono gli ha hanno i il in io l la le lei li lo loro lui ma mi mia mio molto ne negli nei nel "
        "nell nella nelle no noi non nostro o ogni per perche piu po prima qual quale quali quando quanti "
        "quanto quella quelle quelli quello questa queste questi questo qui sa se sei si sia sono sopra sotto "
        "sta stata stato su sua sue sui sul sulla suo suoi tra tu tutti tutto un una uno vi voi"
    ),
    "pt": (
        "a ao aos as ate com como da das de dela dele deles depois do dos e ela elas ele eles em entre era "
        "eram essa esse esta estao estava este eu foi foram ha isso isto ja la lhe mais mas me mesmo meu "
        "minha muito na nao nas nem no nos o onde ou os para pela pelas pelo pelos por porque qual quais "
        "quando quanto quantos que quem se sem ser seu seus so sobre sua suas tambem te tem tinha todo todos "
        "tu um uma umas uns voce"
    ),
    "nl": (
        "aan al alles als altijd ben bij daar dan dat de den der deze die dit doch doen door dus een en er ge "
        "geen had heb hebben heeft hem het hier hij hoe hoeveel hun ik in is ja je kan kon kunnen maar me "
        "meer men met mij mijn moet na naar niet niets nog nu of om omdat onder ons ook op over reeds te "
        "tegen toch toen tot u uit uw van veel voor waar waarom wanneer want waren was wat welke werd wie wij "
        "wil worden wordt zal ze zelf zich zij zijn zo zonder zou"
    ),
    "sv": (
        "alla allt att av bara bli blir blev da dar de dem den denna deras dess det detta dig din dock du "
        "eller en ett for fran ha hade han hans har hon hur i icke inte jag kan kunde man med mellan men mig "
        "min mot mycket nar nagon nagot ni nu och om oss pa samma sedan sig sin sina skall som till under ut "
        "utan vad var varfor vara vart vem vi vid vilka vilken vilket"
    ),
    "da": (
        "af alle alt at blev blive da de dem den denne der deres det dette dig din dog du efter eller en end "
        "er et fra ham han hans har hende her hun hvad hvem hvilke hvis hvor hvordan hvorfor i ikke ind jeg "
        "jo kan man mange med meget men mig min mod nar ned noget nogle nu og om op os over pa sig sin skal "
        "som til ud under var ved vi vil"
    ),
    "fi": (
        "ei en ette han he hanen ja jos joka jotka kanssa kuin kuka kun me mika mita mina miksi missa milloin "
        "mutta myos ne niin nyt oli olla on ovat se sen sina siita tai tama tassa te tuo vai vain vaan"
    ),
    "pl": (
        "a aby ale bardzo bez bo by byc byl byla bylo byly co czy dla do gdy gdzie go i ich ile im jak jako "
        "je jego jej jest jestem juz kiedy kto ktora ktore ktory ma mi mnie moze na nad nie niego nim o od on "
        "ona one oni oraz po pod przed przez przy sa sie tak takze tam te tego tej ten to tu tym tylko u w we "
        "z za ze"
    ),
    "cs": (
        "a aby ale ani az bez bude by byl byla bylo byly co do i jak jako je jeho jej jejich jen jeste ji jiz "
        "jsem jsou k kde kdo kdy ke ktera ktere ktery ma mezi na nad ne nebo nez ni o od po pod pokud pro "
        "proc prot pri s se si tak take tato ten tento to tomu tu u v ve vsak z za ze"
    ),
    "ro": (
        "a acest aceasta ai al ale am ar are asa au avea ca care ce cea cel cine cu cum cand dar de din "
        "dintre doar dupa ea ei el ele era este eu fi fie fost in intre isi la le lor lui mai ne nu o or ori "
        "pe pentru prin sa sau se si sunt un una unde unei unui va"
    ),
    "tr": (
        "ama bana bazi bir biri biz bu cok cunku da daha de degil dolayi en gibi hem her ile ise icin kadar "
        "kez ki kim mi mu nasil ne neden nerede nicin o olan olarak oldu sen siz su ve veya ya"
    ),
    "id": (
        "ada adalah agar akan aku anda apa atau bagaimana bahwa banyak berapa bisa dalam dan dapat dari "
        "dengan di dia harus ini itu jika juga kami kapan karena ke kita lebih mana mereka mengapa oleh pada "
        "saat saya siapa sudah telah tetapi tidak untuk yang"
    ),
    "hu": (
        "a az azok ami amely aki be de egy el es ez ezek fel ha hanem hogy hol igen is itt ki kik le lesz ma "
        "meg mely mert mi miert mikor mint mit nagyon nem ott s sem szerint tehat ugy van volt voltak"
    ),
    "ru": (
        "а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да для до его ее "
        "если есть еще же за здесь и из или им их к как какая какие какой какую ко когда кто куда ли либо "
        "между меня мне мной может мы на над надо нам нас не него нее нет ни них но ну о об однако он она они "
        "оно от очень по под при почему с со сколько так также такой там те тем то того тоже той только том "
        "тот ты у уже хотя чего чей чем что чтобы чье эта эти это этого этой этом я"
    ),
    "uk": (
        "а але без би був була були було бути в вже ви від він вона вони все де для до є ж з за зі і із й "
        "його ми на не ні про та так там те ти то у хто це цей чи що щоб як яка який яку я"
    ),
    "el": (
        "αν απο αυτα αυτη αυτο για δε δεν εαν ειναι εκει ενα εχει η ηταν θα και κατα κι μα με μετα μη μια μου "
        "να ο οι οπου οπως οτι ποια ποιο ποιος ποτε που προς πως σε σου στα στη στην στις στο στον στους τα "
        "τη την της τι τις το τον του τους των ως"
    ),
    "ar": (
        "ال الذي التي الى الي ان انا او اي اين بعد بين تلك ثم حتي ذلك عن عند على علي في فيها قبل قد كان كانت "
        "كل كم كما كيف لا لان لقد لم لماذا لن ليس ما ماذا مع من منذ متي هذا هذه هل هم هو هي و يكون"
    ),
    "hi": (
        "और इस इसके एक एवं कब कर करता करते करना करने कहा कहां का कि किया किस की के को कोई "
        "कौन कौनसा क्या क्यों जब जा जो तक तथा तो था थी थे दिया द्वारा ने पर भी में मे यह "
        "यहां या ये रहा रहे लिए वह वाले वे सकता सकते से हम हुआ हुई है हैं हो होता होती "
        "होते होने"
    ),
}

# Characters and short words that a question in a language without spaces is full of.
_UNSPACED = {
    "zh": (
        "的 了 是 在 和 与 或 吗 呢 吧 着 过 这 那 哪 谁 什么 怎么 怎样 为什么 多少 哪个 哪些 哪里 何时 "
        "是否 以及 一个 之 其 被 把 个 些"
    ),
    "ja": (
        "の は が を に へ と で も や か から まで です ます した する して いる ある こと もの これ それ "
        "どの どこ 何 なに だれ いつ なぜ どう"
    ),
}

# Words that ask or address somebody, in a line that is a question: they are words of a text elsewhere.
_ASKING = """since s t d ll re ve many much tell please know does did combien cuanto cuantos wieviel wie must shall
    muss musst mussen mussten darf darfst durfen durften soll sollen sollte sollten mochte wegen
    doit doivent faut peuvent debe deben debo puede pueden puedo"""
ASKING = frozenset(_ASKING.split())


@cache
def of(language: str) -> frozenset[str]:
    """The folded function words of one language (ISO 639-1), empty where none are known."""
    return frozenset((_LISTS.get(language) or _UNSPACED.get(language) or "").split())


LANGUAGES = tuple(_LISTS)


@cache
def everything() -> frozenset[str]:
    """The union over all languages."""
    return frozenset().union(*(of(name) for name in (*_LISTS, *_UNSPACED)))
