"""What questions ask for, and what tells an amount or a time, beyond English, German, French and Spanish.

Only how much, how many and when: an answer to these has digits, words for numbers, or words of a calendar, of which
each language has few. All patterns are folded (see :func:`gemmasearch.store.words.fold`: Greek ``ς`` is ``σ``).
Those of questions go for every language at once: the language of a few words is a guess.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gemmasearch import light
from gemmasearch.answering import words
from gemmasearch.answering.words import fold, listed

_AT_HOME = ("en", "de", "fr", "es")  # the languages that question and spans know by themselves

_COSTS = (  # what an amount of money says by itself
    r"costa(?:re|va|no|t[aeio])?|costi|prezz[io]|pagat[aeio]|pagare|cust(?:a|am|ou|aram|o|os)|precos?|pag(?:amos|ou)"
    r"|kost(?:te|ten|ade|ede|er|ar)?|prijs|betaald|betaal\w*|pris|koszt\w*|ceny|zaplac\w*|stal[aoi]?|stoji"
    r"|plat(?:im|it|it[ae])|fiyat\w*|tutt?u|tutar\w*|mal oldu|maks(?:aa|oi|avat)|hinta|kerul\w*|gia|harga|biaya"
    r"|стои\w*|стоимость|цена|цены|кошту\w*|κοστι\w*|κοστοσ|τιμη|[يت]?كلفت?|تكلفه|سعر|ثمن|על(?:ה|תה|ו)|עולה|עולים|מחיר"
    r"|कीमत|दाम|खर्च|खर्चा"
)
_COSTING = light.pattern(_COSTS)
_DUES = (  # what is paid: its name is asked for, and stands beside the amount
    r"affitto|canone|importo|totale|caparra|rata|bolletta|renda|aluguel|aluguer|total|fatura|mensalidade|huur|totaal\w*"
    r"|factuurbedrag|hyra\w*|husleie\w*|husleje\w*|czynsz\w*|najem|kwota|rachun\w+|najemne|chirie|chiria|kira|kirasi"
    r"|ucreti?|аренд\w+|сумма|оренд\w+|ايجار|الايجار|اجره|المبلغ|قسط"
)
_ASKED = (
    ("when",
     r"\b(?:quando|(?:in )?(?:che|quale) (?:ora|anno|giorno|data|mese)|a que horas|wanneer|hoe laat"
     r"|welke (?:dag|datum)|welk jaar|hvornar|kiedy|o ktorej|ktorego dnia|w ktorym roku|kdy|ktery den|cand|mikor"
     r"|milloin|minka paivana|ne zaman\w*|hangi (?:gun|yil|tarih|ay)\w*|saat kacta|khi nao|bao gio|ngay nao|luc nao"
     r"|may gio|nam nao|kapan|jam berapa|tanggal berapa|когда|коли|во сколько"
     r"|как(?:ого|ое) (?:числа|числом|дня|месяца)|в каком году"
     r"|которого числа)\b|^(?:sedan |fran |siden )?nar\b|^(?:απο |μεχρι |εωσ )?ποτε\b"
     r"|\b(?:τι ωρα|ποια (?:με|ημε)ρα)\b|\b(?:متي|في اي (?:يوم|سنه|عام|تاريخ|ساعه))\b|\b[מל]?מתי\b"
     r"|\bבאיז[הו] (?:יום|תאריך|שנה|שעה)\b"
     r"|(?<!\S)(?:कब|किस (?:दिन|तारीख|साल|वर्ष)|कितने बजे)(?![^\s?।])"
     r"|เมื่อไหร่|เมื่อไร|วันไหน|วันที่เท่าไ|กี่โมง|ปีไหน"),
    ("money",
     r"\b(?:quanto|quanti|hoeveel|wat|hur mycket|vad|hvor (?:meget|mye)|hvad?|ile|kolik|cat|mennyi\w*|mita"
     r"|kuinka paljon|ne kadar\w*|kac|berapa|сколько|скільки|ποσο|كم|כמה)\b.*\b(?:" + _COSTS +
     r"|" + _DUES +
     r"|euro|soldi|dinheiro|reais|geld|penger|pieniedzy|penez|bani|para|lira|tl|денег|рублей|λεφτα|ευρω)\b"
     r"|\b(?:" + _COSTS + r"|ucreti|kirasi)\b.*\b(?:ne kadar\w*|berapa|bao nhieu|kac)\b"
     r"|\b(?:hoe duur|mennyibe|paljonko)\b|\b(?:qual|wat|vad|hvad?) (?:e|is|ar|er) (?:il|l'|la|o|a|de|het)? ?"
     r"(?:prezzo|costo|preco|valor|prijs|" + _DUES + r")\b"
     r"|\bbao nhieu (?:tien|dong)\b|\bkaca\b|\b(?:بكم|почем)\b|\bποσα (?:λεφτα|χρηματα|ευρω)\b"
     r"|\b(?:ما|وما) (?:هو |هي )?(?:سعر|ثمن|تكلفه|اجره|قيمه)\b"
     r"|(?:कीमत|दाम|खर्च|किराय|फीस|शुल्क).* कितन|कितने (?:का|की|के|में|रुपय|पैस)|ราคา.*เท่าไ|ค่า.*เท่าไ|กี่บาท"),
    ("number",
     r"\b(?:quant[oaei]s?|hoeveel|hoe (?:oud|lang|vaak|groot|hoog|diep|breed|zwaar|ver)|hur (?:manga|mycket|gammal)"
     r"|hvor (?:mange|meget|mye|gammel)|ile|kolik|cati|cate|hany|mennyi|montako|kuinka (?:monta|paljon)|kac"
     r"|ne kadar\w*|bao nhieu|berapa|сколько|скільки|ποσ(?:οσ|η|ο|οι|εσ|α|ουσ|ων)|كم|כמה)\b|कितन|กี่|เท่าไหร่|เท่าไร"),
)  # fmt: skip
_KINDS = tuple((kind, light.pattern(pattern)) for kind, pattern in _ASKED)

# Languages in Latin letters, each with its own words, for a number in one is an article in another: the months,
# other words of time, numbers in words. One is an article more often than a number.
_LATIN = {
    "it": (
        "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
        r"lunedi|martedi|mercoledi|giovedi|venerdi|sabat[oi]|domenic\w+|oggi|domani|ieri|settiman\w+|mes[ei]|ann[oi]"
        r"|mattin\w+|sera|primavera|estate|autunno|inverno|natale|pasqua",
        "due|tre|quattro|cinque|sei|sette|otto|nove|dieci|dodici|quindici|venti|cento|mille|mezz[oa]|gratis",
    ),
    "pt": (
        "janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
        r"(?:segunda|terca|quarta|quinta|sexta)s?(?:-feiras?)?|sabados?|domingos?|hoje|amanha|ontem|semanas?|mes(?:es)?"
        r"|anos?|primavera|verao|outono|inverno|manhas?|natal|pascoa",
        "dois|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|doze|quinze|vinte|cem|mil|mei[oa]|gratis|gratuit[oa]",
    ),
    "nl": (
        "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
        r"(?:maan|dins|woens|donder|vrij|zater|zon)dag\w*|vandaag|morgen|gisteren|we(?:ek|ken)|maand\w*|ja(?:ar|ren)"
        r"|lente|zomer|herfst|winter|kerst\w*|pasen",
        r"twee|drie|vier|vijf|zes|zeven|acht|negen|tien|twaalf|twintig|honderd|duizend|half|halve|gratis",
    ),
    "sv": (
        "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december",
        r"(?:man|tis|ons|tors|fre|lor|son)dag\w*|idag|imorgon|igar|i (?:dag|morgon|gar)|veck\w+|manad\w*|aret|aren"
        r"|i ar|varen|sommar\w*|host\w*|vinter\w*|jul|pask",
        "tva|tre|fyra|fem|sex|sju|atta|nio|tio|tolv|tjugo|hundra|tusen|halv|gratis",
    ),
    "da": (
        "januar|februar|marts?|april|mai|maj|juni|juli|august|september|oktober|november|d[ei][cs]ember",
        r"(?:man|tirs|ons|tors|fre|lor|son)dag\w*|i (?:dag|morgen|gar|ar|fjor)|ug\w+|uk\w+|ma?ned\w*|aret|forar\w*"
        r"|varen|sommer\w*|efterar\w*|hosten|vinter\w*|jul|paske",
        "to|tre|fire|fem|seks|syv|sju|otte|atte|ni|ti|tolv|tyve|tjue|hundrede|hundre|tusind|tusen|halv|gratis",
    ),
    "pl": (
        r"styczen|styczni\w*|lut(?:y|ego|ym)|marzec|marc[au]|kwiecien|kwietni\w*|maj|maja|maju|czerwiec|czerwc\w*"
        r"|lipiec|lipc\w*|sierpien|sierpni\w*|wrzesien|wrzesni\w*|pazdziernik\w*|listopad\w*|grudzien|grudni\w*",
        r"poniedzial\w+|wtor\w+|srod\w+|czwart\w+|piat(?:ek|ku|ki)|sobot\w+|niedziel\w+|dzis\w*|jutro|wczoraj|tydzien"
        r"|tygodn\w+|miesiac\w*|rok|roku|lata?|lecie|wiosn\w+|jesien\w*|zim\w+|rano|wieczor\w*|swieta",
        r"dw(?:a|ie|och)|trzy|trzech|cztery|czterech|piec|szesc|siedem|osiem|dziewiec|dziesiec|sto|tysiac|pol|darmo",
    ),
    "cs": (
        r"led(?:en|na|nu)|unor\w*|brez(?:en|na|nu)|dub(?:en|na|nu)|kveten|kvetn[au]|cerv(?:en|na|nu|enec|ence|enci)"
        r"|srpen|srpn[au]|zari|rijen|rijn[au]|listopad\w*|prosinec|prosinc\w*",
        r"pondel\w+|uter\w+|stred[auy]|ctvrt\w+|pat(?:ek|ku)|sobot\w+|nedel\w+|dnes|zitra|vcera|tyd(?:en|nu)|mesic\w*"
        r"|rok\w*|let[aeo]?|jar[aoe]|podzim\w*|zim\w+|vanoc\w*",
        "dva|dve|tri|ctyri|pet|sest|sedm|osm|devet|deset|sto|tisic|pul|zdarma",
    ),
    "ro": (
        "ianuarie|februarie|martie|aprilie|mai|iunie|iulie|august|septembrie|octombrie|noiembrie|decembrie",
        r"luni|marti|miercuri|joi|vineri|sambata|duminica|azi|maine|ieri|saptaman\w+|lun[ai]|anul|ani|primavar\w+|vara"
        r"|toamn\w+|iarn\w+",
        "doi|doua|trei|patru|cinci|sase|sapte|opt|noua|zece|suta|sute|mie|mii|jumatate|gratuit",
    ),
    "tr": (
        r"ocak\w*|subat\w*|mart(?:ta|tan|in)?|nisan\w*|mayis\w*|haziran\w*|temmuz\w*|agustos\w*|eylul\w*|ekim\w*"
        r"|kasim\w*|aralik\w*",
        r"pazartesi\w*|sali|carsamba\w*|persembe\w*|cuma\w*|pazar\w*|bugun\w*|yarin|dun|hafta\w*|ay(?:lik)?|yil\w*"
        r"|bahar\w*|yaz(?:in|lari)?|sonbahar\w*|kis(?:in|lari)?|gecen|gelecek|sabah\w*|aksam\w*|bayram\w*",
        "iki|uc|dort|bes|alti|yedi|sekiz|dokuz|on|yirmi|yuz|bin|yarim|ucretsiz|bedava",
    ),
    "hu": (
        r"januar\w*|februar\w*|marcius\w*|aprilis\w*|majus\w*|junius\w*|julius\w*|augusztus\w*|szeptember\w*"
        r"|oktober\w*|november\w*|december\w*",
        r"hetfo\w*|kedd\w*|szerda\w*|csutortok\w*|pentek\w*|szombat\w*|vasarnap\w*|ma|holnap|tegnap|heten|hetente"
        r"|honap\w*|ev|even|evben|tavasz\w*|nyar\w*|osz\w*|tel(?:en)?",
        "ket|ketto|harom|negy|ot|hat|het|nyolc|kilenc|tiz|husz|szaz|ezer|fel|ingyen\\w*",
    ),
    "fi": (
        r"(?:tammi|helmi|maalis|huhti|touko|kesa|heina|elo|syys|loka|marras|joulu)kuu\w*",
        r"(?:maanan|tiis|tors|perjan|lauan|sunnun)tai\w*|keskiviik\w+|tanaan|huomenna|eilen|viik\w+|kuukau\w+|vuo\w+"
        r"|kevaa\w*|kesa\w*|syksy\w*|talv\w+",
        "kaksi|kolme|nelja|viisi|kuusi|seitseman|kahdeksan|yhdeksan|kymmenen|sata|tuhat|puoli|ilmai\\w+",
    ),
    "id": (
        "januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember",
        "senin|selasa|rabu|kamis|jumat|sabtu|minggu|hari ini|besok|kemarin|bulan|tahun|pagi|malam",
        "dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|ratus|ribu|juta|setengah|gratis",
    ),
    "vi": (
        r"thang \d{1,2}",
        r"thu (?:hai|ba|tu|nam|sau|bay)|chu nhat|hom (?:nay|qua|sau)|ngay (?:mai|\d+)|tuan|nam (?:nay|ngoai|sau)"
        r"|thang (?:nay|truoc|sau)|mua (?:xuan|ha|he|thu|dong)|sang|chieu|toi nay",
        "hai|ba|bon|nam|sau|bay|tam|chin|muoi|tram|nghin|trieu|mot nua|mien phi",
    ),
}  # fmt: skip
_VIETNAMESE = light.pattern("[\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")  # its function words are not known
_LATIN |= {"nb": _LATIN["da"], "nn": _LATIN["da"], "no": _LATIN["da"]}
# Other scripts. Hindi words may end in a mark, where no \b is, Thai, Chinese and Japanese ones anywhere.
_MONTHS = (
    r"январ[ьяе]|феврал[ьяе]|март[ае]?|апрел[ьяе]|ма[йяе]|июн[ьяе]|июл[ьяе]|август[ае]?|сентябр[ьяе]|октябр[ьяе]"
    r"|ноябр[ьяе]|декабр[ьяе]|січ(?:ень|ня)|лют(?:ий|ого)|берез(?:ень|ня)|квіт(?:ень|ня)|трав(?:ень|ня)|черв(?:ень|ня)"
    r"|лип(?:ень|ня)|серп(?:ень|ня)|верес(?:ень|ня)|жовт(?:ень|ня)|листопада?|груд(?:ень|ня)"
    r"|(?:ιανουαρι|φεβρουαρι|μαρτι|απριλι|ιουνι|ιουλι|σεπτεμβρι|οκτωβρι|νοεμβρι|δεκεμβρι)\w+|μαι(?:οσ|ου|ο)|αυγουστ\w+"
    r"|يناير|فبراير|مارس|ابريل|مايو|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر|شباط|اذار|نيسان|ايار|حزيران|تموز|ايلول"
    r"|ב?(?:ינואר|פברואר|מר[ץס]|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר)"
)
_MONTHS_APART = (
    "जनवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|सितम्बर|अक्टूबर|अक्तूबर|नवंबर|नवम्बर|दिसंबर|दिसम्बर"
    "|มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|กรกฎาคม|สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|ธันวาคม"
)
_TIMES = (
    r"понедельник\w*|вторник\w*|сред[ауые]|четверг\w*|пятниц\w*|суббот\w*|воскресень\w*|понеділ\w*|вівтор\w*|серед[ауи]"
    r"|неділ\w*|сегодня|завтра|вчера|сьогодні|вчора|недел\w+|тижн\w+|месяц\w*|місяц\w*|год[ау]?|лет|рок[уи]?|весн\w+|летом?"
    r"|лета|осен\w+|осін\w*|зим\w+|утр[оау]\w*|вечер[ао]\w*"
    r"|δευτερα\w*|τριτη\w*|τεταρτη\w*|πεμπτη\w*|παρασκευη\w*|σαββατ\w+|κυριακ\w+|σημερα|αυριο|χθεσ|χτεσ|εβδομαδ\w+"
    r"|μην(?:α|εσ|ων|ασ)|χρον(?:ια|οσ|ο|ου|ων)|ετ(?:οσ|ουσ|η)|ανοιξη|καλοκαιρι\w*|φθινοπωρο|χειμωνα\w*|πρωι|βραδυ"
    r"|(?:ال)?(?:احد|اثنين|ثلاثاء|اربعاء|خميس|جمعه|سبت)|اليوم|غدا|امس|(?:ال)?(?:اسبوع|شهر|سنه|ربيع|صيف|خريف)|العام|الماضي"
    r"|الشتاء|(?:ال)?(?:صباح|مساء)|(?:[בהל]?יום|ב?ימי) (?:ראשון|שני|שלישי|רביעי|חמישי|שישי|שבת)|היום|מחר|אתמול"
    r"|[בה]?שבוע\w*|[בה]?חודש\w*|[בה]?שנה|[בה]שנ[הת]|[בה](?:אביב|קיץ|סתיו|חורף)|ב?בוקר|ב?ערב"
)
_TIMES_APART = (
    "सोमवार|मंगलवार|बुधवार|गुरुवार|शुक्रवार|शनिवार|रविवार|(?<!\\S)(?:आज|कल|परसों|साल|वर्ष)(?!\\S)|हफ्त|सप्ताह|महीने|सुबह|शाम को"
    "|วันจันทร์|วันอังคาร|วันพุธ|วันพฤหัส|วันศุกร์|วันเสาร์|วันอาทิตย์|วันนี้|พรุ่งนี้|เมื่อวาน|สัปดาห์|อาทิตย์|เดือน|ปีที่|ปีนี้|ปีหน้า|ทุกวัน"
    "|[月火水木金土日]曜|(?:星期|礼拜|禮拜|周|週)[一二三四五六日天末]|[今明昨]日|[今明昨后後前]天|[今来先毎本][週月朝晩]|[今来去昨明毎]年"
    "|[上下本每](?:个|個)?[周週月]|每天|毎日|[春夏秋冬](?:に|天|季|休)|[월화수목금토일]요일|오늘|내일|어제|지난"
    "|다음 (?:주|달|해)|이번 (?:주|달)|매주|매일|매월|매달|매년|작년|내년|올해|여름에|가을에|겨울에|봄에"
)
_DAYS = (  # with digits
    r"(?<!\d)(?:\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?!\d)"
    r"|(?<![\d.,:])\d{1,2}[:h]\d{2}(?!\d)|(?<!\d)\d{1,4} ?(?:[年月日号號時点點년월일시])(?![间間])"
    r"|(?:ปี|พ\.ศ\.?) ?\d{4}|วันที่ ?\d{1,2}|[一二三四五六七八九十〇零]{1,4}[年月日号號時点點](?![间間])"
)
_YEAR = r"(?<![\d.,])(?:19|20)\d\d(?![\d.,]*\d)"
_CLOCK = light.pattern(  # the hour in words, or with the word before or behind it that makes a number one; folded
    r"\b(?:half (?:een|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf)|kwart (?:over|voor|i) \w+"
    r"|(?:een|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|\d{1,2}) uur"
    r"|(?:halb|(?:drei)?viertel(?: (?:vor|nach))?) (?:eins|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf)"
    r"|um (?:eins|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf)"
    r"|(?:une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze) heures?|midi|minuit"
    r"|a la una|a las (?:dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|\d{1,2})|mediodia|medianoche"
    r"|all'una|alle (?:ore )?(?:due|tre|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici|\d{1,2})|mezzogiorno"
    r"|mezzanotte|(?:as )?(?:uma|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|onze|doze)"
    r"(?: e (?:meia|um quarto)| horas| da (?:manha|tarde|noite))|as \d{1,2}|meio-dia|meia-noite"
    r"|halv (?:ett|et|tva|to|tre|fyra|fire|fem|sex|seks|sju|syv|atta|atte|otte|nio|ni|tio|ti|elva|elleve|tolv)"
    r"|kl(?:\.|ockan|okken|okka)? ?\d{1,2}|klo(?:ckan|kken|kka) \w+"
    r"|wpol do \w+|o (?:godz\w*\.? )?(?:pierwszej|drugiej|trzeciej|czwartej|piatej|szostej|siodmej|osmej|dziewiatej"
    r"|dziesiatej|jedenastej|dwunastej)|godz\w*\.? \d{1,2}|w poludnie|o polnocy"
    r"|v pul \w+|v (?:jednu|dve|tri|ctyri|pet|sest|sedm|osm|devet|deset|\d{1,2}) hodin\w*|v poledne|o pulnoci"
    r"|\w+ bucuk(?:ta|da)|saat (?:bir|iki|uc|dort|bes|alti|yedi|sekiz|dokuz|on|\d{1,2})\w*|ogleyin"
    r"|в половин[еу] \w+"
    r"|в (?:час|два|три|четыре|пять|шесть|семь|восемь|девять|десять|\d{1,2}) (?:час\w*|утра|дня|вечера)"
    r"|в (?:полдень|полночь)|الساعه \w+)\b"
    r"|बजे|(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|열한|열두) ?시(?!간)"
)
_CURRENCY = (
    r"(?:[€$£¥₽₺₹₫₪฿₩₴]|円|元|块|원|บาท|درهم|ريال|دينار|جنيه|ليره|ש[\"״]ח|रुपय|zl\b|kr\b|kc\b|ft\b|lei\b|tl\b|r\$"
    r"|руб\w*|грн\w*|eur\w*|usd\b|dong\b|vnd\b|rp\b|lir\w+|reais\b|forint\w*|zlot\w+|koron\w*|kron\w*|ευρω|שקל\w*)"
)
_AMOUNT = light.pattern(
    rf"\d ?(?:тыс\.? |mln |tys\. )?{_CURRENCY}|{_CURRENCY} ?\d|[一二三四五六七八九十百千万両两]+(?:円|元|块)"
)
_SPELLED = (
    r"дв(?:а|е|ух|ое)|тр(?:и|ех|ое)|четыр\w+|пят[ьи]|шест[ьи]|сем[ьи]|восем[ьи]|девят[ьи]|десят[ьи]|сто|тысяч\w*"
    r"|половин\w*|полтора|бесплатно|дві|чотири|шість|сім|вісім|девять|десять|пів|безкоштовно"
    r"|δυο|τρ(?:ια|εισ)|τεσσερ\w+|πεντε|εξι|επτα|εφτα|οκτω|οχτω|εννεα|εννια|δεκα|εκατο|χιλι\w+|μισ(?:ο|η)|δωρεαν"
    r"|اثن\w+|ثلاث\w*|اربع\w*|خمس\w*|سته|سبع\w*|ثمان\w*|تسع\w*|عشر\w*|مائه|مئه|الف|نصف|مجانا"
    r"|שתי|שני|שתיים|שניים|שלוש\w*|ארבע\w*|חמש\w*|חמישה|שש|שישה|שבע|שבעה|שמונה|תשע\w*|עשר\w*|מאה|אלף|חצי|חינם"
)
_SPELLED_APART = (
    "(?<!\\S)(?:दो|तीन|चार|पांच|पाँच|छह|छः|सात|आठ|नौ|दस|बीस|सौ|हजार|आधा|मुफ्त)(?!\\S)"
    "|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ|ร้อย|พัน|หมื่น|ครึ่ง|ฟรี"
    "|[一二三四五六七八九十百千万億両两半][个個人円元块天週周回本枚冊台箱斤公歳岁分つ时時間把张只条瓶杯匹度]|無料|免费|무료"
    "|(?:하나|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무) ?(?:개|명|번|사람|시간|달|살|권|대|장|마리|잔|상자)"
    "|[백천만억] ?원"
)


_TURKISH = light.pattern(
    r"\b(?:ne zaman|ne kadar|saat kac\w*|nerede\w*|hangi \w+|kac tane|ka[cç] (?:lira|kisi\w*)|adi ne(?:dir)?)\b"
)
_TURKISH_LETTERS = light.pattern("[ğĞı]")  # which folding would turn into others
_PORTUGUESE = light.pattern(r"\b(?:quant[ao]s|quem|onde|quais|chama-se|nao)\b")  # of Spanish no words
_HOMONYMS = ("ile", "cat", "cate", "cati", "wat", "mita")  # words at home, too: île, a cat
# Question words of languages without a list of function words, or that it lacks: no answer repeats them.
ASKING = listed(
    """bao nhieu khi nao gio ai dau kolik kdy cand cat montako milloin paljonko mennyi mennyibe mikor berapa kapan kac
    zaman скільки коли сколько ποσο ποση ποσοι ποσεσ ποσα ποτε כמה מתי מי איפה कितना कितनी कितने कब कहाँ किसने"""
)

# What a thing needs, that it is at its place, and that it is a day or an hour that is asked for: the answer says so
# in other words, or not at all. With function words that are not listed as such.
_UNSAID = {
    "it": "abbiamo hanno avete ultima ultimo volta tiene terra tengono svolge svolgera luogo quant quanti quante"
    " quanto trova trovano sta stanno serve servono"
    " occorre occorrono bisogna ora ore giorno data",
    "pt": "ultima ultimo vez acontece realiza realizara tera lugar leva levam fica ficam esta"
    " precisa precisam preciso precisos sao horas hora dia data",
    "nl": "laatst laatste keer vindt plaats gehouden duur ligt liggen staat staan vind nodig laat we wij af"
    " is dag tijd uur datum",
    "sv": "ager rum halls ar hos finns ligger star behovs kravs manga mange mycket dags tid dag datum",
    "da": "er hos findes ligger star skal bruges mange mye meget kl tid dag dato",
    "pl": "ostatni ostatnio ostatnia raz odbywa odbedzie odbywaja jest sa lezy znajduje potrzeba trzeba"
    " potrzebne potrzebnych ktorej ktora godzina dzien data",
    "cs": "kona konat je lezi nachazi treba potreba potrebuju hodin den datum",
    "ru": "последний последняя последнее раз состоится проходит пройдет находится находятся лежит лежат"
    " дата день час часов",
    "uk": "знаходиться лежить потрібно потрібен дата день година",
    "tr": "son yapilacak yapiliyor var gerekir gerekiyor gerek lazim duruyor bulunuyor tarih gun saat kacta",
    "ar": "يقام تقام يعقد يوجد توجد يقع تقع نحتاج يلزم ساعه يوم",
    "hi": "होगा होगी चाहिए लगते लगता लगती बजे समय दिन तारीख",
}  # fmt: skip
_UNSAID |= {"nb": _UNSAID["da"], "nn": _UNSAID["da"], "no": _UNSAID["da"]}


def unsaid(language: str) -> frozenset[str]:
    """The folded words of a question that its answer need not hold."""
    return listed(fold(_UNSAID.get(language, "")))


def asked_in(folded: str, text: str) -> str:
    """The language of a question: Turkish by its question words and letters, Portuguese by words that are not
    Spanish, which a guess by few words takes for others."""
    if _TURKISH.search(folded) or _TURKISH_LETTERS.search(text):
        return "tr"
    guessed = words.guess_language(text)
    return "pt" if guessed == "es" and _PORTUGUESE.search(folded) else guessed


def kind_of(folded: str, language: str) -> str:
    """The kind of a folded question: "when", "money", "number"; "" where it asks otherwise."""
    for kind, pattern in _KINDS:
        found = pattern.search(folded)
        if found and (foreign(language) or found.group().split()[0] not in _HOMONYMS):
            return kind
    return ""


def costs(word: str, language: str) -> bool:
    """Whether an amount of money says a folded word of a question by itself."""
    return foreign(language) and _COSTING.fullmatch(word) is not None


def foreign(language: str) -> bool:
    """Whether a text in a language is read here."""
    return language not in _AT_HOME


def amount_in(text: str) -> bool:
    """Whether a text names an amount in a currency of these languages."""
    return _AMOUNT.search(fold(text)) is not None


def tells_the_hour(text: str) -> bool:
    """Whether a text tells the time of day in words: at half past seven, as these and the four languages say it."""
    return _CLOCK.search(fold(text)) is not None


@lru_cache(maxsize=256)
def holds(kind: str, text: str, language: str) -> bool:
    """Whether a text tells a time, or an amount or number that is no part of a date. The words of a language that is
    not read here are those of all that are: it was guessed wrong.

    >>> holds("when", "с 3 ноября", "ru"), holds("number", "с 3 ноября", "ru"), holds("number", "14 коробок", "ru")
    (True, False, True)
    """
    folded = fold(text)
    dated, timed, spelled = _patterns("vi" if _VIETNAMESE.search(text) else language)
    if kind == "when":
        return timed.search(folded) is not None or _CLOCK.search(folded) is not None
    if _AMOUNT.search(folded):
        return True
    rest = dated.sub(" ", folded)
    return any(map(str.isdigit, rest)) or spelled.search(rest) is not None


@lru_cache(maxsize=16)
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    """Dates with digits; what tells a time; numbers in words."""
    known = [_LATIN[language]] if language in _LATIN else [] if foreign(language) else [*_LATIN.values()]
    months, times, spelled = ("".join(f"|{own[side]}" for own in known) for side in range(3))
    month = rf"(?:\b(?:{_MONTHS}{months})\b|(?:{_MONTHS_APART}))"
    day = r"(?:\d{1,2}\.? ?[-–] ?)?\d{1,2}\.? ?(?:de |di |ngay |- ?)?"
    dated = rf"{_DAYS}|(?<![\d.,])(?:{day}(?:ב-?)?)?{month}(?: (?:de |del |nam )?\d{{4}})?|{_YEAR}"
    timed = rf"{dated}|\b(?:{_TIMES}{times})\b|{_TIMES_APART}"
    return re.compile(dated), re.compile(timed), re.compile(rf"\b(?:{_SPELLED}{spelled})\b|{_SPELLED_APART}")
