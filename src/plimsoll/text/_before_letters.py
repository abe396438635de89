"""Words before a letter: those that put it forward as the answer, and those that take it back.

Every pattern is looked for in the few characters before a mention and ends where the mention begins.
"""

import re

from plimsoll.text._other_answers import ANNOUNCES, CHOOSES, CONTRASTS, SUGGESTS, denies
from plimsoll.text.expressions import expression, sorted_branches

CORRECTS = (
    r"\b(?:wait|actually|correction|correct\s(?:this|that|it|my|myself)|on second thought|scratch that"
    r"|mistake|mistaken|i was wrong|apologi[sz]e|apologies|sorry|my bad|misread|misunderst|overlooked|"
    r"re-?check|re-?examin|reconsider|re-?evaluat|revis"
    r"|on (?:second|further|closer|reflection)|upon (?:further|closer|reflection|review)|looking again|"
    r"let me re|no,|rather|oops|hmm|instead)"
    r"|更正|修正|改为|改成|改选|重新|看错|算错|写错|选错|读错|误解|疏忽|我错了|说错|有误|抱歉|等等|等一下|"
    r"再想|纠正|不对|更准确|其实|而是|搞错|弄错"
)
"""Words by which a reply takes back what it has said."""
CORRECTED = expression(CORRECTS, re.IGNORECASE)
_NOUN = (
    r"(?:answer|choice|option|selection|pick|response|conclusion|correct|decision|letter|ans|verdict|vote|"
    r"guess|judge?ment|selected|winner)"
)
_ADVERB = (
    r"(?:(?:most\slikely|likely|probably|clearly|definitely|therefore|thus|hence|simply|still|just|indeed|"
    r"actually"
    r"|obviously|certainly|undoubtedly|apparently|presumably|plainly|evidently|then|in\sfact|also|surely|"
    r"none\sother\sthan),?\s)?"
)
_OBJECT = (
    r"(?:(?:the\s|with\s)?(?:correct\s|right\s|final\s|best\s)?(?:(?:answer\s)?(?:option|choice|letter)|"
    r"answer)(?:\s(?:is|letter))?\s{0,3}:?)?"
)
_BE = (
    r"(?:(?:is|was|are|remains|becomes|(?:(?:should|would|must|will|could|might|may|can\sonly|"
    r"has\s(?:got\s)?to|ought\sto|would\shave\sto|will\shave\sto)\s(?:(?:only|just|surely|probably|likely|"
    r"clearly|then|therefore)\s)?)be"
    r"|(?:seems|appears|turns\sout)\s(?:to\sbe|like)|would\sseem\sto\sbe|comes\sout\sas|comes\sdown\sto|"
    r"corresponds\sto|given\sis|i\schoose\sis|is\sgiven\s(?:by|as|in))\b)"
)
_SIGN = r"(?:[:=\]|]|-{1,2}>?|=>|→)"
_GAP = (
    r"(?:\s(?:to|for|here|of|among|amongst|from|in|that|which|choice|option|given|based|i|we|would|letter|"
    r"number|key|with|most)\b[^.\n:;?]{0,56}?)?"
)
_BAD = (
    r"(?:dangerous|harmful|unsafe|risky|hazardous|inappropriate|extreme|problematic|offensive|unlikely|"
    r"aggressive|unethical|irresponsible|tempting|reckless|damaging)"
)
_BEST = (
    r"(?:right|correct|best|safest|safer|better|proper|ideal|closest|nearest|wisest|fitting|preferred|"
    r"chosen|appropriate|suitable|recommended|one\sthat(?:\sbest)?\s(?:fits|works|matches|applies)"
    rf"|most\s(?!{_BAD}\b)\w{{3,14}}|least\s(?:{_BAD}|bad|objectionable|wrong|severe|serious)|true|accurate|"
    rf"only|final|optimal)"
)
_ZH_GOOD = (
    r"(?:正确|准确|恰当|合适|合理|妥当|适当|适合|安全|稳妥|可取|贴切|符合(?:题意|要求|题目要求|条件)|最佳|"
    r"最优|最好|对)"
)
_ZH_THING = r"(?:选项|答案|选择|做法|说法|行为|方式|方法|一项|一个|回答|措施|表述|处理方式|应对方式|那个|是)"
_ZH_BE = (
    r"(?:应该?|应当|就|只能|可能|肯定|显然|仍然|依然|依旧|仍旧|终究|最终|还|便|则|只|将|会|必然|必须|"
    r"当然|自然|其实|实际上?|也许|确实|大概|毫无疑问|无疑|必定|一定|正|理应|仍|当|必|都){0,2}"
    r"[\"\])]{0,2}\s{0,2}(?:是|为|乃|即|属|在|有|选择?|[:=\]|]|-{1,2}|→){1,2}\s{0,2}[:,]?\s{0,6}"
    r"(?:选项|答案|字母|选择?|第){0,2}\s{0,2}:?\s{0,6}"
)

SAID = expression(
    rf"""\b{_NOUN}\b
        {_GAP}(?:\s?\([^()\n]{{0,24}}\))?
        ["')\]|]{{0,3}}\s{{0,3}}(?:{_BE}|{_SIGN}|'s\b)\s{{0,6}}[:,]?\s{{0,6}}{_ADVERB}{_OBJECT}\s{{0,6}}$
    | \b(?:key|solution|result|correction|update|edit)\s?:\s{{0,3}}$
    | <(?:最终|正确)?(?:答案|选项)>\s{{0,6}}$
    | (?:\bans\.|答案\sis)\s{{0,3}}$
    | \\f?box(?:ed)?\s{{0,2}}[\s{{(]{{0,12}}$
    | \b(?:answer|choice|option|decision)\sis\s(?:\w{{2,10}}ly\s)?(?:clear|obvious|simple|easy)
        \s?[:;-]{{1,2}}\s{{0,3}}{_OBJECT}$
    | (?:得出的?(?:正确)?(?:答案|结论)[为是:]?|(?:更正|订正|修正)(?:后|如下|答案)?[为是:])\s?(?:选项)?\s?$
    | <(?:final[\s_]?|correct[\s_]?)?(?:answer|choice|option|ans|result|response)>?\s{{0,6}}$
    | (?:^|\n)[\s]{{0,4}}(?:a|ans|assistant|ai|bot|model)\s?:\s{{0,3}}$
    | (?:答案|选项|选择|回答|结论|答|回复|结果|正解|解答|解|答え)(?:给出?的|选的|写的|里|上)?
        (?:\s?\([^()\n]{{0,24}}\))?{_ZH_BE}$
    | (?:答案|正确选项)[\"\])]{{0,2}}\s{{0,6}}$
    | (?:正确|最佳|最终|最优)(?:的)?(?:选项|答案|选择){_ZH_BE}$
    | (?:答案|结论)[^。,\n:]{{1,10}}:\s{{0,3}}$
    | {ANNOUNCES}
    | \bnot\b[^.\n]{{1,40}}\bbut\s(?:rather\s)?{_OBJECT}\s{{0,3}}$""",
    re.IGNORECASE | re.VERBOSE,
)
"""The answer is, I choose, 答案是, 选, and the same in other languages."""

CHOSEN = expression(
    rf"""\b(?:choose|chose|pick|picked|select|selected|(?:am|i'm)\s(?:choosing|picking|selecting)|(?:go|going|went)\s(?:for|with)
        |opt(?:ed|ing)?\sfor|vote\sfor|settled?\s(?:on|for)|prefer|lean(?:ing)?(?:\s(?:toward|towards|to))?
        |decided?\s(?:on|for|in\sfavou?r\sof)|(?:stick|sticking|stuck)\s(?:with|to)|(?:am|i'm)\sinclined\s(?:to|towards?)
        |vote\s(?:goes\sto|is\sfor|would\sbe\sfor|would\sgo\sto)|put\sme\sdown\sfor|money\sis\son
        |(?:i|we)(?:'d|'ll|'ve|'m|\s(?:would|will|have|had|do|am|must|should|can|finally|ultimately)){{0,2}}\s(?:still\s|\w{{3,10}}ly\s)?
            (?:land(?:ed)?\son|arrived?\sat|(?:end|ended)\sup\s(?:with|on|at|choosing|picking)|stand\sby|bet(?:ting)?\son
            |plump(?:ed)?\sfor|go\sahead\swith|conclude[ds]?\s(?:with|on|it\sis)|favou?r(?:ed)?|endorsed?|nominated?|chosen|picked|selected)
        |meant(?:\sto\s(?:say|write|choose|pick))?
        |(?:chang|switch|revis|correct|updat|amend)\w{{1,3}}\s(?:my|the)\s(?:\w{{3,8}}\s)?(?:answer|choice|selection|pick)\s
            (?:from\s.{{1,24}}\s)?to|(?:answer|choice)\s(?:has\s)?(?:changed|changes|moves|moved)\s(?:from\s.{{1,24}}\s)?to
        |(?:i'd|i\swould|i'll|i\swill|i'm\sgoing\sto|i\sam\sgoing\sto|i(?=\shave\sto))\s(?:have\sto\s)?(?:say|answer|guess|mark|recommend|suggest))
        \s{{1,3}}(?:it's\s|that\s|is\s|for\s|with\s)?:?\s{{0,3}}{_OBJECT}\s{{0,6}}$
    | (?<!\bbut\s)\bif\s(?:i|we)(?:\s\w{{2,10}}){{1,3}}?\s(?:choose|pick|guess|answer|decide|select|commit)
        (?:\s(?:just\s|only\s)?one|\sbetween\s[^.,\n]{{1,24}})?,\s{{1,3}}{_OBJECT}$
    | 如果?(?:我)?(?:一定|非|必须|只能|硬)要?选(?:的话|一个|一项){{0,2}},\s{{0,3}}$
    | 改(?:选|为|成)(?:选项|答案)?\s{{0,3}}$
    | (?:(?<![所可任供多单])选|挑选?|勾选|填)(?:择|定|取|用)?(?:的是|的|了)?\s{{0,2}}[:\"]?\s{{0,2}}
        (?:选项|答案|择|第)?\s{{0,6}}$
    | {CHOOSES}
    | (?:而是|而应选?|投票?给?|倾向于?|偏向于?|锁定|决定是|推荐|首选|本人投
        |(?:我|个人|本人)(?:更|会|也|比较|最|倾向于?|坚决|完全|最终)?
        (?:支持|赞成|赞同|认同|同意|看好|站))\s{{0,3}}
        (?:选择?)?\s{{0,2}}(?:选项|答案)?\s{{0,3}}$""",
    re.IGNORECASE | re.VERBOSE,
)
"""I choose, 选."""

NAMED = expression(
    rf"""\b{_BEST}\s(?:\w{{2,16}}\s){{0,5}}?\s?(?:{_BE}|[:=→]|[=-]>)\s{{0,3}}:?\s{{0,3}}{_ADVERB}{_OBJECT}\s{{0,3}}$
    | \b(?:what\si(?:'d|\swould|'ll|\swill)?\s\w{{2,12}}|the\sone(?:\si(?:'d|\swould)?\s\w{{2,12}})?)
        \s{_BE}\s{{0,3}}{_ADVERB}{_OBJECT}\s{{0,3}}$
    | \b(?:closest|nearest|corresponds)\sto\s{_OBJECT}\s{{0,3}}$
    | {_ZH_GOOD}的?(?:{_ZH_THING}|[^.。,;\n:]{{0,8}}(?:的)?{_ZH_THING})?{_ZH_BE}$""",
    re.IGNORECASE | re.VERBOSE,
)
"""The safest thing is, 最合适的是."""

SOFT = expression(
    rf"""\b(?:therefore|thus|hence|so|it\sis|it's|that's|by\s(?:process\sof\s)?elimination|(?:to|i)\srecommend
        |in\s(?:conclusion|summary|short|the\send)|overall|ultimately|finally|it\sto|makes\sit|has\sto\sbe|i\sthink|i\sbelieve|i'd\ssay|i\swould\ssay|would\sbe|it\swould\sbe
        |must\sbe|should\sbe|can\s(?:only|just)\sbe|could\s(?:only\s)?be|got\sto\sbe|ought\sto\sbe|(?:this|that)\sis
        |my\sanswer|final\sanswer|answer|ans|is\sthat\sof|which\sis|which\swould\sbe|namely|i\.e\.
        |(?:this|that|which|it)\s(?:\w{{3,10}}ly\s)?(?:gives|yields|means|indicates|suggests|makes)
        |(?:the|our)\s(?:result|key|solution|outcome|one)\s(?:\w{{2,12}}\s){{0,3}}?{_BE}
        |(?:i|we)(?:'d|'ll|'ve|\s(?:would|will|have|can|must|should|do)){{0,2}}\s(?:still\s|\w{{3,10}}ly\s)?(?:guess|mark(?:ed)?|suggest|propose
            |support|back|concluded?|identify|identified|find|get|got|suppose|reckon|bet|take|trust|answer(?:ed)?|nominate|assume)
        |corresponds\sto|corresponding\sto|matches|no|points\sto|leads\sto|leaves|leaves\sus\swith|left\swith|leaving|nothing\sbeats|yes|yep|yeah|(?:looks|sounds|feels)\slike|hands\sdown|no\scontest|(?:no|without\sa)\sdoubt(?:\sabout\s(?:it|that))?|only|conclude
        |concluding|(?:as\s)?(?:described|stated|mentioned|captured|reflected|shown)\s(?:in|by)|represented\sby
        |that\sis)[,:]?[ ]{{1,3}}
        (?:(?:clearly|obviously|definitely|plainly|evidently|certainly|actually|really),?\s)?
        (?:(?:it\sis|it's|only|just|the\sanswer|none\sother\sthan)\s)?{_OBJECT}[ ]{{0,3}}$
    | (?:显然|无疑|明显|肯定|当然|绝对)(?:就|选)?\s{{0,3}}(?:选项)?\s{{0,3}}$
    | (?:因此|所以|故|故而|因而|应该?是|应为|(?:我|个人|本人)(?:认为|觉得|想)|应该|综上(?:所述)?|最终|总之
        |只有|就是|(?:可能|肯定|当然|大概|一定|估计|绝对|显然|明显|无疑)是|毫无疑问|即|对应的?是?|也就是|只?剩(?:下|余)?(?:的)?(?:就?是)?)
        (?:应该)?(?:[,:]\s{{0,2}})?(?:是|为|选)?\s{{0,3}}(?:选项|答案)?\s{{0,3}}$
    | (?:∴|→|=>|->|还是|觉得|看来|(?<=[,。])[可便故]?得|\bc'est|^\s?那?(?:就|应当)?是)\s{{0,3}}(?:选项)?$
    | {SUGGESTS}""",
    re.IGNORECASE | re.VERBOSE,
)
"""Words that put a letter forward where nothing follows it but an end or a reason."""

_WRONG_ONE = expression(
    r"(?:\b(?:incorrect|wrong|false|untrue|inappropriate|unsafe|exception|odd\sone(?:\sout)?"
    rf"|least\s\w{{3,14}}|most\s{_BAD})\s"
    r"(?:\w{2,16}\s){0,3}(?:is|was|:)\s{0,3}:?\s{0,3}(?:option\s|choice\s|statement\s)?"
    r"|(?:不正确|错误|不恰当|不合适|不合理|不妥当?|不当|不对|不符合(?:题意|要求|[^.。,;\n]{0,10})?|有误)的?"
    r"(?:说法|选项|做法|一项|叙述|表述|是|行为|答案)?(?:应该?)?(?:是|为|:)\s{0,3}(?:选项)?\s{0,3})$",
    re.IGNORECASE,
)
ASKED_FOR = expression(
    r"\b(?:statement|option|choice|one|answer|item|example|claim)\s(?:that|which)\s"
    r"(?:(?:is|are|was|does|do|would|can|could|should)(?:\snot|n't)|cannot)\b[^.\n]{1,60}\s(?:is|"
    r"would\sbe):?\s{0,3}$",
    re.IGNORECASE,
)
"""`The statement that is not true is`: what was asked for."""
MAKES = expression(r"\bmak(?:es?|ing)\s(?:option\s|choice\s|answer\s)?$", re.IGNORECASE)
LEAD = expression(
    r"(?:^|\n)[ \t•.|√→\-]{0,8}(?:=>\s{0,2})?"
    r"(?:(?:most )?(?:probably|likely|definitely|clearly|certainly|obviously),? )?"
    r"(?:question \d{1,2}[.:] {0,2})?(?:Q?\d{1,2}[.:)|]\s{0,2})?(?:both )?"
    r"(?:(?:the )?(?:option|choice|letter)s?|选项)?[ :]{0,3}$",
    re.IGNORECASE,
)
"""The beginning of a line."""

CONCLUDES = expression(
    r"^\W{0,4}(?:therefore|thus|hence|so|overall|in\s(?:conclusion|summary|short|the\send|sum)|"
    r"to\s(?:conclude|sum\sup|summarize)"
    r"|consequently|accordingly|as\sa\sresult|all\sin\sall|ultimately|finally|given\sthis|"
    r"based\son\s(?:this|the|my)|(?:since|because)\s[^.\n]{3,100},"
    r"|after\s(?:careful\s)?(?:analysis|consideration|review|comparing)"
    r"|因此|所以|故|综上|综合|总之|总的来说|总体|由此|可见|最终|最后|显然|那么|因而|基于|根据|经过|"
    r"相比之下|比较|结论)",
    re.IGNORECASE,
)

OF_OTHERS = expression(
    r"\b(?:your(?!\s\w+\sshould)|their|his|her|(?:student|user|person|learner)'s)\s(?:answer|choice|selection|"
    r"pick|response)\b"
    r"[^.\n]{0,24}$|(?:你|您|他|她|学生|用户|考生)(?:的(?:答案|选择|回答)|答案|回答|(?<!建议.)(?<!推荐.)"
    r"(?<!请.)选择)[^.。\n]{0,8}$",
    re.IGNORECASE,
)
"""What somebody else has answered."""
ONLY = expression(r"\bonly\s(?:option\s|choice\s)?$", re.IGNORECASE)
EXCEPT = expression(
    r"\b(?:all|every|each|any|everything|anything|none|nothing|others?)\b[^.\n]{0,40}\b(?:except|but|besides|"
    r"other\sthan|apart\sfrom)(?:\sfor)?\s(?:option\s|choice\s)?$",
    re.IGNORECASE,
)
_FREE_WORDS = sorted_branches(
    r"(?:option|choice|answer|letter|only|that|so|but|and|think|believe|say|therefore|thus|hence|"
    r"since|because|while|then|clearly|here|is|conclude|feel|find|overall|or|both|makes?|making|statement|"
    r"alternative|response|guess|argue|reckon|suppose|sure|confident|now|yes|well|hmm|"
    r"whereas|however|given|as|assume|bet|hold|see|know|certain|convinced|means|suggests|follows|actually|"
    r"really|ultimately|finally|personally|obviously|indeed|"
    r"choosing|picking|selecting|going\swith|letra|lettre|lettera|nach|me|opinión|opinião|opção|opinion|opción|opzione|вариант|विकल्प|보기|réponse|risposta|respuesta|resposta|antwort|opsi|pilihan|"
    r"phương\sán|đáp\sán|câu|l'option|ответ|yet|reflection|consideration)"
)
FREE = expression(
    rf"(?:^|\n|[^\w\s]|\b{_FREE_WORDS}|択肢|선택지|보기|الخيار|الإجابة|ว่า"
    r"|ข้อ|इसलिए|لذلك|لذا|поэтому|значит|\b(?:la|el|il|die|ist|wäre|scheint|deshalb|daher|also|por\seso|"
    r"luego|donc|quindi|dunque|"
    r"portanto|logo|jadi|vậy|nên)|ดังนั้น|따라서|그래서|よって|だから|[\u3040-\u309f]|[는은]\s|选项|选择|"
    r"所以|因此|认为|觉得|只有|"
    r"其中|但|而|则|故|显然|我想|综上|来看|来说|来讲|明显|可见|因而|最终|知道|判断|说明|相信|感觉|是|错|对|"
    r"剩下的|余下的|发现|其实|实际上|事实上|这里|此处|那么|答案|正确|看出|得出|得知|可知|表明|意味着|"
    r"于是|从而|唯独|唯有|仅有|"
    r"本题|此题|这题|该题|题中|题意|后|就|便|还是|应|倒是|反而|当然|无疑|确实|的确|最后|首先|那|吧|呢|啊|"
    r"嗯)\s{0,3}$",
    re.IGNORECASE,
)
"""What may stand before a letter that is called right: not the word that it belongs to (`vitamin C`)."""
WITH_LETTER = expression(
    r"\b(?:answer|choice|option|response|action|thing|approach|way|step)s?\b[^.。!?;\n]{0,24}?\b(?:is|are|"
    r"be|was)\b[^.。!?;\n()]{0,72}$"
    r"|(?:答案|选择|做法|应该|应当|方式)[^。!?;\n]{0,8}?(?:是|为|:)?[^。!?;\n()]{0,40}$",
    re.IGNORECASE,
)
INTRODUCES = expression(
    r"analy|consider|examin|evaluat|look at|options|each|step|分析|逐|选项|来看|首先", re.IGNORECASE
)
_NEGATED = expression(
    r"(?:\b(?:not|never|avoid|cannot|neither|nor|hardly|no\slonger"
    r"|without(?!\s(?:an?y?\s|further\s|more\s|additional\s)?(?:doubt|question|hesitation|context|detail|"
    r"info\w*)))\b|n't\b)[^.\n]{0,24}$|\b(?:wrong|incorrect|worst|bad|false)\s{0,3}(?:option\s|choice\s)?$"
    r"|\b(?:instead of|rather than|(?<!none )other than|except|but not|eliminates?"
    r"|excludes?|rejects?|rules? out|discard|ruled out|eliminated?|excluding|eliminating)"
    r"\s{0,3}(?:for\s)?(?:the\s)?(?:option\s|choice\s)?$"
    rf"|\b(?:least\s\w{{3,14}}|most\s{_BAD})\s$"
    r"|(?:(?<!毫)不(?!过|仅|但|只|同|如)|没|别|勿|并非|错误的?|是否|为什么|为何|排除(?!后|法)|除了|而非|除)"
    r"[^。,\n]{0,4}$|(?:危险|有害|极端|过激|糟糕)的$|最差的?$",
    re.IGNORECASE,
)
_SUPPOSED = expression(
    r"\b(?:if(?!\si\s(?:had|have|must|were|was|am)\b|\s\w{1,4}\s(?:rank|compare|weigh|look)\b)|whether|why|"
    r"unless|(?<!i )suppose|supposing|assuming|assume|in case|someone|one might|doubt|disagree"
    r"|(?:student|person|reader|learner|beginner|novice|candidate|colleague|friend)s?\s(?:might|may|could|"
    r"would|will|often)|deny)\b[^.\n]{0,32}$"
    r"|\b(?:some|others|people|many|most|one|they|students|he|she|you)\s(?:\w{1,8}\s)?(?:think|say|argue|"
    r"assume|believe|choose|pick|select|write|thinks|says|tempted|assumes|chose)\b[^.\n]{0,20}$"
    r"|(?:如果|假如|假设|若|倘若|要是|与其|有人|有些人|很多人|别人|他们|人们)[^。\n]{0,12}$"
    r"|\b(?:at\sfirst|initially|originally|my\sfirst\s(?:thought|instinct|guess)|i\swas\s(?:going\sto|about\sto|"
    r"tempted|inclined|leaning|thinking|considering|drawn)|i\s(?:almost|nearly|first))\b"
    r"[^.,\n]{0,32}$|(?:原本|本来|起初|最初|一开始|开始时|刚开始|乍一?看)[^。,\n]{0,10}$",
    re.IGNORECASE,
)
_SENTENCE = expression(r"[.。!?;\n]\s|[。!?;\n]")
_TURNED = expression(
    r",\s?(?:and\s)?(?:so|but|it(?:'s|\smust|\sis|\sshould|\shas|\swould|(?=\s?$))|the\s(?:correct|right|"
    r"best|answer)|therefore|thus|hence|then|however|finally|ultimately|eventually|in\sthe\send|now|later|"
    r"i(?:'d|'ll|\s(?:choose|think|pick|go|would|will|select)))\b"
    r"|,(?=所以|因此|但|而|故|我|应|不如|还是|其实|实际|正确|答案|却|后来|可是?|现在)|"
    r"\bbut\s(?:on\sreflection|now|then|actually)\b",
    re.IGNORECASE,
)
_INNER_NO = expression(r"\b(?:not|never|wrong|incorrect)\b|n't|不(?!过)|错误", re.IGNORECASE)


_LAST_WORD = expression(r"(?<!\w)[A-Za-z']{1,16}$")
_LAST_WORDS = frozenset((
    "is", "was", "are", "be", "remains", "becomes", "like", "as", "to", "by", "in", "out", "with", "for",
    "on", "at", "that", "then", "than", "answer", "choice", "option", "selection", "pick", "response",
    "conclusion", "correct", "decision", "letter", "ans", "verdict", "vote", "guess", "selected", "final",
    "best", "right", "only", "just", "result", "lettre", "letra", "lettera", "buchstabe", "choose", "chose",
    "choosing", "picked", "picking", "select", "selecting", "say", "mark", "recommend", "suggest", "toward",
    "towards", "finally", "ultimately", "overall", "summary", "elimination", "prefer", "likely", "probably",
    "clearly", "definitely", "therefore", "thus", "hence", "simply", "still", "indeed", "actually",
    "obviously", "certainly", "undoubtedly", "fact", "also", "surely", "so", "it", "it's", "think", "believe",
    "leaves", "beats", "clear", "obvious", "answer's", "choice's", "yes", "yep", "yeah", "doubt", "contest",
    "klar", "eindeutig", "definitiv", "claramente", "clairement", "doute", "duda", "dubbio", "certeza",
    "chiaramente", "leaving", "us", "namely", "conclude", "concluding", "the", "rather", "but", "boxed",
    "fbox", "a", "ai", "bot", "assistant", "model", "matches", "i'd", "which", "e", "ist", "lautet", "es",
    "est", "serait", "sarebbe", "seria", "adalah", "er", "jest", "die", "der", "das", "la", "antwort",
    "respuesta", "alternativa", "risposta", "opzione", "resposta", "antwoord", "jawaban", "jawabannya",
    "cevap", "yanit", "svar", "vastaus", "elijo", "escojo", "choisis", "scelgo", "escolho", "este", "je",
    "meant", "lean", "leaning", "that's", "this", "these", "favor", "favour", "identify", "identified",
    "suppose", "reckon", "bet", "endorse", "nominate", "marked", "support", "back", "propose", "take",
    "trust", "find", "get", "got", "concluded", "landed", "opted", "settled", "chosen", "down", "gives",
    "yields", "means", "indicates", "suggests", "makes", "assume", "dirais", "pense", "denke", "glaube",
    "sagen", "direi", "diria", "acho", "rasa", "pikir", "kira", "saya", "creo", "credo", "penso", "answered",
    "favored", "favoured", "marking", "one", "ay", "jibu", "sagot", "richtig", "wybieram", "nehme", "el",
    "le", "il", "lo", "o", "sim", "l'option", "opsi", "pilihan", "elegir", "choisirais", "opterais",
    "sceglierei", "soluzione", "escolheria", "gabarito", "pelo", "pela", "scelta", "solution", "prends",
    "kies", "memilih", "que", "qui", "ialah", "sino", "sondern", "ma", "mais", "melainkan", "tapi", "tetapi",
    "con", "resta", "pour", "per", "por", "reste", "queda", "retiens", "garde", "quedo", "fica", "bleibt",
    "tengo", "c'est", "correcta", "corretta", "correcte", "bonne", "opto", "l'opzione", "l'alternativa",
    "d'option", "sia", "marco", "choisir", "scegliere", "escolher", "sollte", "sollten", "muss", "donc",
    "somit", "quindi", "nur", "dunque", "entonces", "portanto", "selecciono", "choisit",
))  # fmt: skip
"""The Latin words that stand just before an announced letter; any other shows that none is."""


def may_announce(left: str) -> bool:
    """A quick look that spares most mentions a closer one: their last word announces nothing."""
    word = _LAST_WORD.search(left.rstrip()[-16:])
    return word is None or word[0].lower() in _LAST_WORDS


_OTHERS = expression(
    r"\b(?:some|others|people|many|most|they|students|everyone|everybody|somebody|anyone|anybody)"
    r"\s(?:\w{1,10}\s){0,2}$|\b(?:no\s?one|nobody|none|few|no\s\w{3,12})\s(?:\w{1,10}\s){0,4}$"
    r"|\b(?:mistake|error|wrong|incorrect|unwise|foolish|silly|dangerous|unsafe|risky|bad|harmful|"
    r"irresponsible|unethical|inappropriate|illegal|tempting|no\s(?:reasons?|sense|point|need)|pointless|"
    r"refuse|hard|difficult|unable|impossible)\s(?:for\s\w{2,10}\s)?(?:to|in)\s$"
    r"|\b(?:you|he|she|(?:the|this|that|your|his|her|their|another|each|every|one)\s(?:\w{2,12}\s)?"
    r"(?:student|user|person|people|author|model|assistant|friend|speaker|man|woman|boy|girl|child|"
    r"candidate|reader|teacher|colleague|learner|someone))\s(?:had\s|have\s|has\s)?$"
    r"|\bi\s(?:was|almost|nearly)\s$|(?:有人|有些人|很多人|别人|他们|人们|大家|甲|乙)[^。,\n]{0,4}$",
    re.IGNORECASE,
)
"""Who chooses is somebody else, or nobody, or would better not."""
_EACH = expression(
    r"(?:\b(?:each|every|any|per|following|other|another|remaining|possible|all|these|those|two|three|four)\s"
    r"(?:of\sthe\s)?(?:\w{1,12}\s)?|(?:每个|每一|各个?|逐个|逐一|以下|下列|其他|其余|剩余)(?:的)?)$",
    re.IGNORECASE,
)
"""Speaks of the options in turn."""


def is_denied(left: str) -> bool:
    """Whether what stands before a claim takes it back, or only supposes it."""
    sentence = _TURNED.split(_SENTENCE.split(left)[-1])[-1]
    return bool(_NEGATED.search(sentence.rpartition(",")[2]) or _SUPPOSED.search(sentence))


_CONTRASTED = expression(CONTRASTS, re.IGNORECASE)


def contrasted(left: str) -> bool:
    """Whether the mention is set against another one: `not A but B`, in any of the languages."""
    return _CONTRASTED.search(left) is not None


def said(left: str) -> bool:
    """Whether the answer is announced just before the mention."""
    return _holds(SAID.search(left), left)


def chosen(left: str) -> bool:
    """Whether the mention is what the writer chooses."""
    found = CHOSEN.search(left)
    return _holds(found, left) and not (found and _OTHERS.search(left[: found.start()]))


def named(left: str) -> bool:
    """Whether the best thing, whatever it is called, is named just before the mention."""
    return _holds(NAMED.search(left), left)


def suggested(left: str) -> bool:
    """Whether the mention is put forward in weaker words."""
    return _holds(SOFT.search(left), left)


def called_wrong(left: str) -> bool:
    """Whether the mention is named as the wrong one: the answer, where the wrong one is asked for."""
    found = _WRONG_ONE.search(left)
    if found is None:
        return False
    sentence = _SENTENCE.split(left[: found.start()])[-1]
    clause = sentence.strip(" ,").rpartition(",")[2]
    return bool(CONCLUDES.match(sentence.strip(" ,")) or CONCLUDES.match(clause))


_OF_A_PART = expression(
    r"\b(?:for|to|of|in)\s(?:the\s)?(?:part|first|second|third|sub-?question)\b", re.IGNORECASE
)
"""Announces the answer to one of several questions."""
_FOREIGN = expression(ANNOUNCES, re.IGNORECASE)


def _holds(found: re.Match[str] | None, left: str) -> bool:
    if found is None:
        return False
    words = found.group()
    if (
        _EACH.search(left[: found.start()])
        or _OF_A_PART.search(words)
        or (_FOREIGN.search(words) and denies(words))
    ):
        return False
    if _INNER_NO.search(words.partition("but")[0]) and not re.search(r"\bbut\b|而", words):
        return False
    return not is_denied(left[: found.start()])
