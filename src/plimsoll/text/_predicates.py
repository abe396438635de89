"""Words behind a letter: those that call it right, and those by which one sees how a claim goes on."""

import re

from plimsoll.text._other_answers import CALLED_RIGHT, CHOSEN_BEHIND, REASONS
from plimsoll.text.expressions import expression

_ADVERB = (
    r"(?:(?:clearly|definitely|therefore|thus|indeed|likely|probably|most likely|obviously|certainly|still"
    r"|actually|overall|generally|arguably|hence|then|so|always|simply|in fact|also|equally|undoubtedly|"
    r"unquestionably|surely|apparently|evidently|plainly|really|truly|by far|perhaps|maybe)\s)?"
)
_BE = (
    r"(?:is|was|would be|must be|should be|(?:seems|looks|feels|sounds) like|feels|seems|appears|looks|"
    r"sounds|remains|'s|has to be|could be|might be"
    r"|may be|appears to be|seems to be|turns out to be|comes out as|stands out as|being|will be|ought to be|"
    r"needs to be|can only be|can be|is to be)"
)
_GOOD = (
    r"(?:right|correct|accurate|appropriate|suitable|proper|best|safest|better|ideal|optimal|preferable|"
    r"wisest|fitting|safer|safe|sound|superior|viable|acceptable|true|top|preferred|recommended|winning|"
    r"obvious|clear|effective|workable|legitimate"
    r"|reasonable|sensible|responsible|prudent|ethical|closest|strongest|valid|relevant|helpful|logical|"
    r"likely|apt)"
)
_RIGHT = (
    r"(?:right|correct|accurate|appropriate|suitable|proper|best|safest|better|ideal|optimal|preferable|"
    r"wisest"
    r"|fitting|closest|safer|wiser|superior|true|valid|acceptable|recommended|preferred|chosen|selected|"
    r"favou?rable|advisable)"
)
_BAD = (
    r"(?:dangerous|harmful|unsafe|risky|hazardous|inappropriate|extreme|problematic|offensive|unlikely|"
    r"aggressive"
    r"|severe|serious|incorrect|unethical|irresponsible|rude|damaging|destructive|toxic|biased|"
    r"unreasonable|unsuitable"
    r"|implausible|tempting|confusing|misleading|drastic|careless|reckless|illegal|violent|hurtful|"
    r"insensitive"
    r"|negative|costly|expensive|common|passive|wrong|questionable|controversial|disrespectful)"
)
_MOST = rf"most\s(?!{_BAD}\b)\w{{3,16}}"
_ADJECTIVE = rf"(?:(?:final|single|only|one|{_MOST}|{_GOOD})(?:,\s|\sand\s|\s))"
_THING = (
    r"(?:answer|choice|option|one|response|action|approach|course|solution|selection|pick|way|thing|step|"
    r"match|fit|advice"
    r"|reaction|move|bet|route|path|call|idea|behaviou?r|statement|decision|strategy|method)"
)
_STOP = (
    r"(?=[)\]\"']{0,2}\s{0,3}(?:$|[\n.。,;:!|、(<)\-]|because|since|as\b|here|and\b|in\b|for\b|but\b|"
    r"while\b|given"
    r"|among|of\b|to\b|that\b|due|under|when|overall|based|with|which|from|over|by\b|if\b|on\b|not\b|so\b))"
)

NAMED = expression(
    rf"\s{{0,3}}(?:option\s|choice\s|alone\s|only\s)?{_BE}\s{{1,3}}{_ADVERB}(?:the|my|our|your)"
    rf"\s(?:\w{{3,9}}ly\s)?"
    rf"(?:{_ADJECTIVE}{{0,3}}(?:answer|solution|winner)\b|{_ADJECTIVE}{{1,3}}(?:choice|option|one)\b"
    rf"|(?:choice|option|pick|selection|vote|decision|match|one){_STOP}"
    r"|(?:choice|option|one)\s(?:i|we)\b)(?!\s(?:that|which)\s(?:is|are)\s(?!safe\b|correct|right|true|"
    r"valid))"
    r"|\s{0,3}(?:选项|项)?\s{0,3}(?:才|就|应该|应当|应|当|确实|的确|其实|无疑|显然|即|便|也就|也|都|均|"
    r"可能|似乎|好像|"
    r"大概){0,2}(?:是|为)(?:本题的?|该题的?|这道?题的?"
    r"|我的|我)?(?:唯一)?(?:最)?(?:正确|最佳|最终|合适|最优|最好|恰当|安全|合理|佳|稳妥)?的?(?:答案|选项|"
    r"选择)(?!之一)"
    r"|\s{0,2}(?:が|은|는|이|가)?\s{0,2}(?:正解|답입니다|정답)"
    r"|\s{0,3}(?:it is|is it)(?=\s{0,2}(?:$|[.!\n,;]|-\s|because\b|since\b))|,?\s{0,3}final answer\b"
    rf"|{CHOSEN_BEHIND}",
    re.IGNORECASE,
)
"""`is the correct answer`, `是正确答案`."""

BEST = expression(
    rf"\s{{0,3}}(?:option\s|choice\s|answer\s|alone\s|only\s)?(?:{_BE}\s{{1,3}}{_ADVERB}(?:the\s|my\s|"
    rf"our\s)?(?:{_MOST}"
    rf"|least\s{_BAD}|best|safest|wisest|closest|only\s(?:right|correct|{_GOOD}))(?:\sand\s(?:most\s)?\w{{3,14}})?"
    rf"(?:{_STOP}|\s(?:\w{{3,14}}\s)?{_THING}\b|,\s\w{{3,14}}\s{_THING}\b)"
    r"|makes?\s(?:the\s)?most\ssense|(?:fits?|works?|match(?:es)?|suits?|serves?)\s(?:the\s)?best"
    r"|com(?:es|ing)\s(?:out\s)?(?:the\s)?(?:closest|nearest|on\stop|out\sahead)|best\s(?:fits|matches|"
    r"answers|describes|"
    r"represents|reflects"
    r"|captures|addresses|suits|aligns)|is\s(?:\w{3,10}ly\s)?the\sway\sto\sgo|is\swhat\s(?:i(?:'d|\swould)\s(?:go\s(?:for|"
    r"with)|choose|pick|say|recommend|do)|(?:\w+\s){1,3}(?:recommends?|advises?|suggests?|says?))\b|"
    r"is\sthe\sone\sto\s(?:choose|pick|select|go\s(?:for|with)|take)\b|is\s(?:what|the\sone)\s(?:i|(?:you|"
    r"one|we|people|they)\s(?:should|must|ought\sto|need\sto))\b|"
    r"would\sbe\smy\b|"
    r"gets\smy\svote"
    r"|is\swhere\si\s\w{2,6}\b|stands\sout|wins\b|covers\s(?:everything|all\b|both\b))"
    r"|\s{0,3}(?:选项|项|答案)?(?:的?(?:做法|说法|行为|方式|内容|表述))?[,\s]{0,2}"
    r"(?:才|就|显然|无疑|则|应该|应当|看起来|看来|相对|应|也|都|均|可能|似乎|好像|大概|确实|的确|其实)"
    r"{0,2}(?:是|为|"
    r"属于)?(?:其中)?(?:明智之举|上策|首选|最优解|不二之选|最佳|最(?:为)?"
    r"(?:正确|准确|恰当|合适|合理|妥当|妥|适当|适合|适宜|安全|稳妥|可取|贴切|符合|好|佳|优|可靠|理想|"
    r"明智|能|科学|规范|专业|周全|周到|靠谱|"
    r"合法|文明|礼貌|有助|利于|"
    r"有效|接近|全面|有利"
    r"|得体|负责|贴近|妥善|稳当|贴合|切题|适用|公正|公平|诚实|友善|尊重|谨慎|客观|正当|人性化|正面|积极))"
    r"|比[^。;!?\n]{1,12}?(?:更|要)(?:为|加)?(?:正确|准确|恰当|合适|合理|妥当|安全|稳妥|可取|贴切|符合|"
    r"好|佳|优)",
    re.IGNORECASE,
)
"""`is the safest`, `最合适`."""

RIGHT = expression(
    rf"\s{{0,3}}(?:option\s|choice\s|answer\s|alone\s|only\s)?{_BE}\s{{1,3}}{_ADVERB}(?:the\s)"
    rf"?(?:more\s{_GOOD}|"
    rf"{_RIGHT}){_STOP}"
    rf"|\s{{0,3}}(?:option\s|choice\s|alone\s|only\s)?{_BE}\s{{1,3}}{_ADVERB}(?:the|a)\s(?:more\s{_GOOD}|"
    rf"{_RIGHT})\s{_THING}\b"
    r"(?!\sthan)"
    r"|\s{0,3}makes?\s(?:more\s|better\s|perfect\s)?sense\b"
    r"|\s{0,3}(?:alone\s)?(?:remains|is\s(?:the\sonly\sone\s|all\sthat\sis\s|what\sis\s|what's\s)?left|"
    r"is\swhat\sremains)(?=\s{0,2}(?:$|[.!\n]))"
    r"|\s(?:holds(?:\s(?:up|true))?|is\sit)(?=\s{0,2}(?:$|[.!\n,]))"
    r"|\s{0,3}(?:选项|项|答案)?(?:的?(?:做法|说法|行为|方式|内容|表述|叙述|描述|观点|分析|论述|陈述|处理|"
    r"判断|选择))?\s{0,3}"
    r"(?:才|就|显然|应该|应当|则|其实|确实|的确|完全|无疑|肯定|明显|比较|相对|也|都|均|同样|可能|似乎|"
    r"好像|大概){0,2}(?:是|为)?(?:完全|唯一)?"
    r"(?:正确(?!率|性|地|与否|吗|的?是)|对的(?!吗)|没错|无误|没有问题|成立|(?:比)?(?:较|更)(?:为|"
    r"加)?(?:靠谱|可靠|稳当|得当|正确|准确|恰当|合适|合理"
    r"|妥当|适当|适合|安全|稳妥|可取|贴切|贴近|接近|符合|明智|周全|好|佳|优)|正解|符合(?=\s{0,2}(?:$|"
    r"[。,.;!\n]))|才是[^。,;\n]{0,8}(?:应该|应当|该|需要|必须)(?:做|选|采取)|与(?:题意|题目|题干|要求|"
    r"事实|上述)[^。,;\n]{0,6}"
    r"(?:相符|吻合|一致|符合)|可选|入选|符合(?:题意|题目|题干|要求|条件|安全|规范|道德|"
    r"法律|正确)"
    r"|(?:靠谱|恰当|合适|合理|妥当|适当|安全|可取|稳妥|准确)(?:的(?!是)|(?=\s{0,2}(?:$|[。,.;!\n])))|"
    r"(?:说得|讲得|做得)?(?:很|最|都)?对(?=\s{0,2}(?:$|[。,.;!\n了A-Z]))|(?:更|比较)?好(?=\s{0,2}(?:$|"
    r"[。,.;!\n些]))|"
    r"(?:[^。;\n]{0,24}[,，])?(?<!不)(?<!未)当选)"
    r"|\s{0,2}[:|(]?\s{0,2}(?:√|对\))"
    rf"|\s{{0,2}}です|{CALLED_RIGHT}",
    re.IGNORECASE,
)
"""`is correct`, `正确`, a tick."""

LISTED = expression(
    r"[ ]{0,2}[.:)|、]?[ ]{0,3}[:,|\-]{0,2}[ ]{0,3}(?:this\sis\s|是|is\s)?(?:the\s)?"
    r"(?:correct|right|true|yes|正确|√)(?:\s(?:answer|choice|option|one|thing\sto\sdo)|的?(?:做法|说法|"
    r"选项|选择|行为|"
    r"处理方式|答案)|的)?"
    r"(?=[ ]{0,3}(?:$|[\n.。|,!;(\-]|because|since|as\b|因为))",
    re.IGNORECASE,
)
"""What stands behind an option in a list that says of each whether it is right."""

MADE = expression(
    rf"\s{{1,3}}(?:the\s)?(?:{_ADJECTIVE}{{1,3}}{_THING}|correct|right|(?:the\s)?answer"
    r"|(?:my|our)\s(?:\w{3,9}\s)?(?:answer|choice|pick|selection|vote))\b",
    re.IGNORECASE,
)
"""`(this makes B) the best choice`."""
CONCEDED = expression(
    r"[^.\n。;]{0,24}?(?:\bin\s(?:some|certain|many|other)\b|\bto\s(?:some|a\scertain)\b|\bonly\s(?:if|"
    r"when|in)\b"
    r"|\bbut\s(?:not|only|it|this|that|less|too|incomplete|overly)\b"
    r"|[,]?\s?(?:但|不过|然而)(?:是)?(?:不|并|没|忽|缺|过|它|与|题)|的?一部分|部分"
    r"|[,]?\s?(?:其实|实际上|实则|但实))",
    re.IGNORECASE,
)
"""Right, but not the answer."""
ALSO = expression(
    r"[^.。\n,;]{0,16}?(?:\balso\b|\btoo\b|\bas\swell\b|\bboth\b|\blikewise\b|\bequally\b|也|都|均|同样|"
    r"皆|之一)"
    r"|[^.。\n]{0,40}?\b(?:so|as)\s(?:is|are|does)\s(?:option\s)?[(\[]?[A-Z]\b",
    re.IGNORECASE,
)
"""Not the only one."""
ALL_OTHERS_WRONG = expression(
    r"(?:选项|项)?(?:以外|之外|外)?,?\s?(?:其他|其余|别的)?(?:的|选项|几项)?(?:都|均|皆|全){1,2}(?:是|为|"
    r"属于|有|存在)?(?:不|错|危险|有害|问题|欠妥|违|"
    r"没|无)"
)
"""`(除了 B) 其他都不对`."""
PLURAL = expression(
    r"\s{0,3}(?:options\s|choices\s)?(?:(?:are|were|seem|would)\s(?:both\s|all\s|be\s|also\s|"
    r"equally\s){0,2}(?:the\s)?"
    rf"(?:most\s)?(?:{_GOOD}|answers?)\b|(?:选项|项)?(?:都|均|皆|全|也|两者|两项){{1,2}}是?(?:可以|可行|"
    rf"正确|对|合适|合理|可|符合|适合|"
    rf"答案))",
    re.IGNORECASE,
)
"""Said of several: they are right."""

DOES = expression(
    r"\s{1,3}(?!(?:is|was|has|does|causes|poses|creates|involves|seems|makes|lacks|fails|"
    r"ignores)\b)\w{3,14}s\b"
)
"""`(only B) describes safe practice`."""
SPARES = expression(r"\s{1,3}(?:avoids|prevents|reduces|eliminates|stops|limits|removes)\s(?!\w*\s?not\b)")
"""`(only B) avoids a spark`."""
IS_SAFE = expression(
    r"\s{1,3}(?:is|would\sbe|seems|remains)\s(?:\w+ly\s)?(?:safe|sound|acceptable|allowed|permitted|legal|"
    r"lawful|"
    r"moral|ethical|harmless|suitable|true|kind|polite|fair|honest|possible|consistent|recommended)\b"
)
"""`(only B) is safe`."""
WRONG_ALL = expression(
    r"\s{1,3}(?:is|are|(?:would|can|could|must|should|may)\sbe|was|were|seems?)"
    r"\s",
    re.IGNORECASE,
)
POOR = expression(
    r"\s{1,3}(?:is|are|seems?|would\sbe)\s(?:an?\s)?(?:\w{2,10}ly\s)?(?:bad|poor|reckless|unwise|irresponsible|foolish)\b"
)
"""`(everything but B) is a bad idea`."""
TICK = expression(r"[ ]{0,3}√")
ASKS = expression(r"\s{0,3}(?:[?？]|吗|呢[?？]?)")
ENDS = expression(r"\s{0,3}(?:$|[\n.。!;,:、…،؛।|<\\√(]|\[(?=[^\x00-\x7f])|-\s|--|——|➔)")
_ASIDE = (
    r"(?:,?\s?(?:here|(?:in|for|to|of|among|from|on|by)\s(?:this|that|these|those|the|all|my|our|me)"
    r"(?:\s\w{2,12}){0,3}|rather\sthan[^.\n]{1,30}|over\s(?:the\s)?[^.\n]{1,20}|instead(?:\sof[^.\n]{1,30})?"
    r"|as\swell|too|i\sguess|i\ssuppose|i\sbelieve))(?=\s{0,2}(?:$|[.!\n,;(]))"
    r"|,?\s?(?:and|while|whereas)\s(?:not|the\s(?:others?|rest|remaining))\b"
)
"""What may follow an answer and says nothing against it."""
ASIDE = expression(_ASIDE)
ENDS_FULLY = expression(
    r"\s{0,3}(?:选项|项)?[吧啦哦了喔呀啊嘛哈咯喽呢]{0,2}\s{0,3}(?:$|[\n.。!;|<\\√]|-\s(?=[A-Za-z]{2}|"
    r"[^\x00-\x7f])|because\b|"
    rf"{_ASIDE}|"
    r"since\b|as\s(?:it|this|the)|,\s?(?:because|since|as|not|obviously|of\scourse|i\sthink|clearly|"
    r"definitely|for\ssure)\b|因为|是因为|\()"
)
BECAUSE = expression(
    r"\s{0,3},?\s{0,3}(?:because|since|due to|as (?:it|this|the)|given|-\s|--|因为|是因为|由于|理由"
    rf"|(?:{REASONS})(?!\w))"
)
GOES_ON = expression(
    r"\s{0,3}(?:(?:because|since|as|due|given|based|which|so|but|for|in|that|is|with|from|here|and|where|"
    r"at|on|of|over|by|when"
    r"|if|although|though|rather|not|among|overall|then|too|please|would|to|after|without|instead|if)\b"
    r"|\(|因为|是因为|由于|项|选项|答案|这|理由|原因|即|所|吧|哦|啦|了|呢|更|最|比|较|才|呗|会|为|来|没|"
    r"啊|嘛|呀|喔|哈|而|但|给|们|准|肯定|一定|绝对|예요|이에요|네요|です|で|번|番|입니다|이|है|'d[ie]r|sein\b|"
    r"的[,。]|较为|一项|가\s(?!아니|아닙|틀)|wählen|nehmen|ครับ|ค่ะ|นะ)"
)
ALONE = expression(
    r"[ ]{0,3}(?:option|choice|of course|for sure|definitely|选项|项|吧|[呗啦呀啊哦嘛哈喔咯]|无疑|没错)?"
    r"[ ]{0,3}[.)。:!,、;|√]{0,2}[ ]{0,6}(?:\n|$)"
)
DELIMITED = expression(r"[ ]{0,2}[.:。、)\]]")
PREDICATE = expression(
    r"\s{0,3}(?:(?:is|are|was|were|would|will|can|could|may|might|should|has|have|does|do|isn't|and|or|vs|"
    r"says?|states?"
    r"|involves?|suggests?|seems?|refers?|represents?|describes?|shows?|means?)\b"
    r"|不|和|或|与|及|是(?!因为)|错|/|&|=|\+|→|->|\||选项|项|×)",
    re.IGNORECASE,
)
NOT_AFTER_ALL = expression(
    r"(?:\A\s{0,2}|\A[^.。\n]{0,40}?,?\s(?:but|however|though|although)\s(?:this|it|that)\s)(?:is|was|are)"
    r"(?:\s(?:actually|also))?(?:\s(?:incorrect|wrong|false)\b|(?:\snot|n't)\s(?:the\s)?(?:correct|right|"
    r"exact|answer)\b)",
    re.IGNORECASE,
)
"""`(the answer is B) is incorrect`, `(the closest is B), but this is not correct`."""
REFUTED = expression(
    r"[ ]{0,2}[.:()|、-]{0,2}[ ]{0,3}(?:this\s|it\s)?(?:is\s|are\s|would\s|be\s|option\s){0,3}"
    r"(?:incorrect|inappropriate|wrong|false|unsafe|not\b|bad\b|too\s|×|错|不(?!过|仅|但)|太|过于|没|无)",
    re.IGNORECASE,
)
"""What is said of an option that is not chosen."""
PARTS = expression(
    r"\s{0,3}(?:for|in|to|as)\s(?:the\s)?(?:answer\sto\s)?(?:part|question|sub|first|second|third|item|"
    r"blank|statement\s\d"
    r"|\(?[a-e]\)|\(?i{1,3}\)|\(?\d\))",
    re.IGNORECASE,
)
"""An answer to one of several questions."""
TYPE = expression(r"\s{0,1}(?:型|级|类|组|等|股|站|轮|套餐|班|座|君|某|方案|地|点|国|公司)")
"""What makes the letter a part of a name."""

POSITIVE = expression(
    r"\b(?:correct|right|best|safest|safer|appropriate|suitable|sense|proper|ideal|accurate|fits?|answer|"
    r"choice|better"
    r"|preferable|true|recommended?|optimal|wisest|prudent|reasonable|aligns?|matches|supports?|select|"
    r"chosen|"
    r"go\swith)\b"
    r"|正确|合适|恰当|合理|适当|最佳|最好|最安全|更|符合|可取|稳妥|妥当|准确|贴切|答案|适合|首选|最优|"
    r"最为|最能|应选|应当选",
    re.IGNORECASE,
)
NEGATIVE = expression(
    r"\b(?:not|never|wrong|incorrect|unsafe|dangerous|inappropriate|false|less|least|worst|worse|"
    r"avoid\w{0,4}|eliminat\w{0,4}|rule[sd]?"
    r"|exclud\w{0,4}|neither|nor|cannot|unsuitable|improper|harm\w{0,4}|risk\w{0,4}|rather\sthan|instead|"
    r"invalid|reject\w{0,4}|if|whether|some"
    r"|although|but|however)\b|n't|不|错|没|无|非|排除|危险|过激|过于|风险|隐患|太|除|如果|是否|但|虽",
    re.IGNORECASE,
)
