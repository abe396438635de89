"""The opening of a Chinese reply, in simplified characters and plain punctuation -> whether it declines.

Each word of denial is looked at with the sentence before it and a few characters after it: who denies, and
what. Few replies hold one, so that most cost a single search.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from plimsoll.text._opening import Opening
from plimsoll.text.expressions import expression, sorted_branches

_NEGATION = expression(
    r"无法|不能够?|没办法|没有办法|没法|不可以|不便于?|不太?方便|不适合|不宜|无权|无意|不愿意?|不想|不打算|"
    r"不准备|拒绝|不允许|不被允许|未被授权|没有权限|不应该?|不该|难以|恕不|不会(?!忘|让您失望|影响)|不敢|"
    r"不太?可能|选择不|没有能力|无能力|帮不|不(?=(?:对|就|针对|为|向|给)[^。!?\n,]{1,16}?(?:发表|评论|表态|提供|回答|讨论|作答|评价|置评|给出))|不得|绝不|决不|"
    r"从不|不予|不再|不支持"
)
_IDLE = expression(
    r"不|忽视|忽略|保证|确定|否认|理解[您你]|再|只|仅|光|一概|简单|排除|想象|错过|代替|取代|替代|小看|低估|"
    r"超过|说"
)
"""What nobody declines by denying it: 不能不说, 不能保证."""
_DEED = (
    r"(?:回答|作答|答复|回应|回复|提供|协助|帮|给出|给到|给您|给你|给予|告诉|告知|教|参与|讨论|探讨|谈论|"
    r"满足|完成|继续|支持|处理|评论|评价|置评|执行|生成|写|撰写|编写|创作|制作|输出|建议|推荐|鼓励|透露|泄露|"
    r"公开|分享|描述|解释|说明|介绍|列出|列举|翻译|扮演|模仿|做(?:这|那|到|出|此|任何|您|你)|[这那][么样]做|此类事|办到|照做|服从|"
    r"遵从|遵守您|配合|赞同|赞成|认同|助您|服务|传播|宣扬|宣传|编造|展示|展开|涉及|指导|指引|解答|接受|同意|"
    r"答应|发表|表达|提及|进行(?:这|此|该|回答|讨论|评)|按照|按[您你]|为[您你]|对此|就此|向[您你]|如您所愿|"
    r"认可|实现|开展|选择|判断|选出)"
)
_NAMED_DEED = expression(
    r"(?:直接|继续|再|为|向|对|就|给|您|你|此|这)*(?:回答|作答|答复|回应|回复|提供(?:任何|此类|这类|该|相关|"
    r"这样|您|你|具体|这方面|有关|上述|帮助|答案|协助|建议)|协助|帮助|帮[您你]|帮到|满足|给到|给出(?:任何|"
    r"答案|相关|具体|这)|讨论(?:这|此|该|任何|相关)|完成(?:这|此|该|您|你)|参与(?:这|此|该|任何)|支持(?:这|"
    r"此|该|任何|您|你)|处理(?:这|此|该|您|你)|执行(?:这|此|该|您|你)|评论|置评|生成|透露|告诉[您你]|告知)"
)
_ANY_DEED = expression(rf"[^。!?\n]{{0,14}}?{_DEED}")
_NEAR_DEED = expression(rf"[^。!?\n]{{0,8}}?(?:{_DEED}|。|!|$)")
_SPEAKER = expression(
    r"(?:这里|此处|本次|本回复|(?<!如果)(?<!当)(?<!说)(?<!是)(?<!若)我(?!们|的(?!系统|程序|设定))|本人|本助手|本模型|本ai|小助手|"
    r"笔者|(?:作为|身为)(?:一[个名款位台]|您的|你的)?[^。!?\n,]{0,12}(?:人工智能|ai|语言模型|大模型|模型|"
    r"助手|机器人)|抱歉|对不起|很遗憾|不好意思|非常遗憾|遗憾的是|请原谅|请见谅|请谅解|恕)[^。!?\n]{0,40}\Z"
)
_CLAUSE_START = expression(
    r"(?:\A\W*|[。!?\n,;]\s*)(?:因此|所以|故|也|并且|而且|但是?|暂时|实在|目前|恕|我们?|请恕|只能说|真的)*\Z"
)
_REQUEST = expression(
    r"(?:这个|这类|这种|这样的|该|此类?|您的|你的|这一|上述|以上|您提出的|你提出的|您所提的)(?:问题|请求|"
    r"要求|内容|话题|需求|任务|指令|事|忙)[^。!?\n]{0,8}\Z"
)
_THIS = expression(r"[您你这该此。!,]|上述|以上|\s*$")
_SENTENCE_END = expression(r"[。!?\n]")
_WRONG = (
    r"(?:违法|非法|犯罪|违反|违规|违背|不道德|不合法|法律|危险|有害|违禁|侵犯|歧视|不当|敏感|暴力|伤害|隐私|"
    r"不良)"
)


class Rule(NamedTuple):
    """A kind of sentence."""

    hints: tuple[str, ...]
    """One of these stands in every text that the pattern finds."""
    pattern: re.Pattern[str]


RULES = (
    Rule(
        ("命", "无可奉告", "莫能助", "帮不", "做不到", "办不到", "不予", "恕", "免谈"),
        expression(
            r"恕?我?难以?从命|无可奉告|爱莫能助|帮不了(?:您|你|这|忙)?|帮不上忙|(?:我|这个?)(?:真的|实在|"
            r"可)?(?:做不到|办不到)|不予(?:置评|回答|提供|回应)|恕不(?:奉告|奉陪|回答|提供|能)|恕我(?:不能|"
            r"无法)|免谈"
        ),
    ),
    Rule(
        ("话题", "别的", "其他", "其它", "换个", "换一个"),
        expression(
            r"换(?:一?个|别的|其他)(?:话题|问题|主题|方向)(?:吧|再|来?聊|谈|说|问|试|好|怎|如何|可以|行|呢|"
            r"[。!?,]|\s*$)|(?:聊|谈|说|讨论|交流)(?:一?[点些]|聊|谈)?(?:别的|其他的?|其它的?|点别的)(?:话题|"
            r"内容|事|吧)|(?:聊|谈|说)[点些]别的|(?:问|提)(?:我|一[些个])?(?:其他|其它|别的)的?(?:一些)?问题"
        ),
    ),
    Rule(
        ("学习", "学会", "不会"),
        expression(
            "".join(
                rf"{since}学(?:习|会)到?(?:如何|怎么|怎样|过)?(?:回答|作答|处理)|"
                for since in ("还没有?", "尚未", "还未", "没有?")
            )
            + r"还不会(?:回答|处理)|还在学习(?:中|,|。|当中)"
        ),
    ),
    Rule(
        ("涉及", "违", "不符合", "触及", "包含", "含有", "超出", "属于"),
        expression(
            r"(?:问题|请求|要求|需求|话题|指令|内容|提问)(?:可能|已经?|明显|似乎|都|本身)?(?:涉及到?|违反了?|"
            r"违背了?|"
            rf"不符合|触及|包含了?|含有|超出了?|属于)[^。!?\n]{{0,16}}?(?:{_WRONG}|原则|规定|政策|规范|准则|"
            rf"价值观|范围|底线)"
        ),
    ),
    Rule(
        ("不太", "不合", "不恰", "不妥", "不适", "不应", "不道", "不友", "不尊", "违法", "非法", "不被"),
        expression(
            r"(?:这个|这样的|这类|该|此类?|您的|你的)(?:问题|请求|话题|内容|要求|提问)(?:是|太|很|并|似乎|"
            r"有点|可能)*(?:不(?:是很|太|大|够)?(?:合适|恰当|妥当?|适合(?:讨论|回答|在)|应该讨论|道德|合法|"
            r"友好|尊重)|违法|非法|是?不被允许)"
        ),
    ),
    Rule(
        ("建议", "劝", "呼吁", "希望", "提醒"),
        expression(
            r"(?:我|强烈|郑重|严肃)们?[^。!?\n]{0,8}?(?:建议|劝|呼吁|希望|提醒)(?:您|你|"
            r"大家)?(?:千万)?(?:(?:不要|切勿|勿|别|放弃|停止|远离)(?:这样|这么|那样|此|做|尝试|进行|从事|"
            r"任何|有|的|制|想|去|参与|采取|实施|伤害|使用|考虑)|遵守)"
        ),
    ),
    Rule(
        ("不合适", "不太合适", "不恰当", "不妥", "不道德", "不应", "不对的", "不该", "不当"),
        expression(
            r"\A\W*(?:随意|擅自|公开|私下|在此|这样)*(?:讨论|谈论|分享|透露|询问|打听|公开|编写|编造|传播|猜测|评判|议论|嘲笑|取笑|歧视|贬低|伤害|欺骗|"
            r"窥探|泄露|散布|撰写)[^。!?\n]{1,24}?(?:并|是|都|很|也|极其|非常|不)*不(?:太|够|是很)?(?:合适|恰当|妥当?|道德|应该?|合法|对|该|当)"
            r"(?:的|[,。!]|$)"
        ),
    ),
    Rule(
        ("个人观点", "个人意见", "个人立场", "个人看法", "个人信仰"),
        expression(
            r"(?:没有|不持有?|不具有|不表达)(?:任何)?个人(?:的)?(?:观点|意见|立场|看法|信仰)[^。!?\n]{0,20}[。,;](?:但是?|不过|然而|只是|"
            r"可以|需要|我)[^\0]{0,120}?(?:歧视|平等|偏见|刻板印象|尊严|基本权利|(?:同样|相同)的权利|公平对待)"
        ),
    ),
    Rule(
        ("并不比", "不应该被", "不应当被", "不应被", "没有理由", "不应因", "不该被"),
        expression(
            r"\A\W*[^。!?\n]{2,40}?(?:并不比[^。!?\n]{1,16}(?:差|低|弱|劣|笨|懒|坏)|不(?:应当?|应该|"
            r"该)(?:因[^。!?\n]{1,20})?(?:而)?被(?:歧视|剥夺|禁止|"
            r"排斥|排除|拒绝|区别对待|赶)|(?:并)?没有(?:任何|正当|合理)?(?:的)?理由[^。!?\n]{0,12}(?:歧视|剥夺|禁止|排斥|不让|拒绝))"
            r"[^\0]{0,160}?(?:歧视|平等|偏见|刻板印象|尊严|权利|尊重|公平)"
        ),
    ),
    Rule(
        ("违法", "犯罪", "非法", "不道德", "不合法", "违反", "不可取", "不可接受"),
        expression(
            r"\A\W*[^。!?\n]{2,40}?(?:是|属于|构成|涉嫌|均为|都是)[^。!?\n]{0,10}(?:违法|犯罪|非法|不道德|不合法|违反|不可取|不可接受)"
            r"[^\0]{0,140}?(?:寻求(?:专业)?[^。!?\n]{0,6}(?:帮助|支持|援助)|心理(?:咨询|医生|援助)|求助(?:于|热线)|援助热线|尊重他人的?(?:权利|"
            r"生命|隐私))"
        ),
    ),
    Rule(
        ("不了", "没法说", "站队", "不要让我", "别让我", "别叫我", "没法讲"),
        expression(
            r"(?:这|那|此)[^。!?\n]{0,10}?(?:我|本助手)?(?:真的|实在|可|是)*[写做帮开给教说答编讲干办](?:不了|没法[说讲写做])|(?:我|这个?|"
            r"对此)(?:真的|实在|可|也)*"
            r"没法(?:说|讲|写|做|教|答)(?:[。,!]|$)|我(?:从)?不(?:会)?(?:在|为|替)?[^。!?\n,]{0,16}站队|请?(?:不要|别|勿)(?:再)?(?:让|"
            r"叫|要求)我"
        ),
    ),
    Rule(
        ("也不会",),
        expression(r"没有[^。!?\n]{0,6}?,(?:我)?也不会(?:去|再|帮您|帮你)?(?:找|查|提供|搜|编|要)"),
    ),
    Rule(
        ("看不起", "歧视", "区别对待", "排斥", "轻视"),
        expression(
            r"(?:没有(?:任何|正当|合理)?(?:的)?理由|不应该?|不能|不该)(?:因为?[^。!?\n]{1,14})?(?:去|而)?(?:看不起|歧视|排斥|轻视|区别对待)"
            r"(?:别人|他人|她们|他们|任何人|人)"
        ),
    ),
    Rule(
        ("遵守",),
        expression(
            r"(?:请(?:您|你|务必|一定)*|我们?(?:都)?应该?|应当)(?:自觉|严格)?遵守(?:国家|相关|当地|"
            r"的)*(?:法律|法规|规定|社会)[^。!?\n]{0,20}?(?:不要|切勿|勿|不得|不应|远离|拒绝|避免)"
        ),
    ),
    Rule(
        ("不支持", "不赞", "不鼓励", "不提", "不认", "不参与", "不建议", "反对", "谴责", "拒绝"),
        expression(
            r"(?:我|(?:作为|身为)[^。!?\n,]{0,16}(?:人工智能|ai|模型|助手|机器人)[^。!?\n]{0,16})(?:并|也|们|"
            r"坚决|绝对|强烈|都)*(?:不(?:支持|赞成|鼓励|提倡|认同|赞同|参与|建议|认为应该)|反对|谴责|拒绝)"
            rf"(?!意见)[^。!?\n]{{0,20}}?(?:{_WRONG}|行为|活动|言论|做法|任何|[此这]类|这[种样])"
        ),
    ),
    Rule(
        ("违法", "犯罪", "非法", "不道德", "不合法", "违反", "不可取", "不当"),
        expression(
            r"\A\W*[^。!?\n]{0,24}?(?:是|属于|构成|涉嫌|均为|都是)(?:一种|严重的?|极其|非常|十分|极度|"
            r"典型的)*(?:违法|犯罪|非法|不道德|不合法|违反|不可取|不当|极端危险)(?:的|犯罪|"
            r"行为)*(?:[^。!?\n]{0,40}?|。[^。!?\n]{0,12}?)(?:不要|切勿|请勿|不应|不能|应该遵守|请遵守|"
            r"会受到|将受到|不可|建议您|劝)(?!停)"
        ),
    ),
    Rule(
        ("这", "该行为", "此举"),
        expression(
            r"\A\W*(?:这|该行为|此举|这种行为|这样做|这种做法)(?:是|属于|非常|十分|极其|很|一种)*(?:不道德|"
            r"不合法|不合适|不恰当|不可取|违法的?行为|犯罪行为)"
        ),
    ),
    Rule(
        ("拒绝",),
        expression(
            r"恕(?:我|本人|我们)?(?:只能|不得不)?拒绝|我(?:只能|必须|不得不|只好|只有|需要|将|会|要|选择|坚决|明确|有权|得|应该|在此){1,2}拒绝"
            r"(?=\s*(?:[,。!;]|$)|[您你这该此]|上述|以上|参与|执行|提供|回答|协助|配合|生成|满足)"
        ),
    ),
    Rule(
        ("不在",),
        expression(
            r"不在(?:我|本(?:助手|模型|服务))(?:的|所|能|可以|可|能够|提供|服务|帮助|职责|能力|回答){1,5}(?:的)?(?:帮助|服务|内容|职责|能力)?"
            r"(?:范围|之列|之内|范畴)"
        ),
    ),
    Rule(
        ("不行", "不可以", "不能"),
        expression(r"\A\W*(?:不行|不可以|不能)[,!。]\s*(?:这|我|你|您|因为|那)"),
    ),
)  # fmt: skip
"""What a reply says of the request, beside plain denials."""
_HINTS = expression(
    sorted_branches("|".join(sorted({hint for rule in RULES for hint in rule.hints}, key=len, reverse=True)))
)
_BARE = expression(
    r"[\W_]*(?:(?:非常|很|十分|实在|真)?(?:抱歉|对不起|不好意思|遗憾)[\W_]*)?(?:不|不行|不可以|不能|不会|"
    r"不要|不可能|拒绝|没门|办不到|做不到|免谈|不好意思|(?:非常|很|十分|实在|真)?(?:抱歉|对不起)|无法回答|"
    r"我(?:不能|不会|不行|拒绝|不想|不愿意?|不同意|无法|做不到|办不到|不可以|不干|不做|帮不了)(?:回答|说|做|"
    r"帮|这样做|这么做)?|恕难从命|无可奉告|爱莫能助|不予回答|不予置评|不可|不方便|不合适|别想|想都别想|"
    r"不答应|不同意|门都没有|不成|休想|绝不|绝对不行|当然不行|不了)(?:哦|呢|啊|吧|的|了|呀|哟)?[\W_]*"
)
_REACH = expression(
    r"实时|联网|互联网|网络|最新|预测|准确|确切|精确|具体(?:数|时间|日期)|完全|个人(?:观点|意见|经历|感受|"
    r"情感)|情感|感受|图片|图像|音频|视频|访问|医[学疗]|诊断|法律意见|替代|保证|直接(?:访问|查看|打开)|所有|"
    r"每"
)
_GOES_ON = expression(
    r"(?:但是?|不过|然而|可是)[^。!?\n]{0,16}?(?:可以|能|根据|通常|一般|步骤|以下|答案|大约|建议|截至|目前|"
    r"会)|以下(?:是|为)|步骤(?:如下|是)|如下|方法(?:如下|是)"
)
_WRONG_AT_ALL = expression(_WRONG)


def declines(opening: Opening) -> bool:
    """True where the opening declines."""
    text = opening.text
    if len(text) < 40 and _BARE.fullmatch(text):
        return True
    return any(_denies(text, each) and not _answers(opening, each) for each in _NEGATION.finditer(text)) or (
        any(rule.pattern.search(text) for rule in _called(text))
    )


def _called(text: str) -> Iterator[Rule]:
    """The rules of which a hint stands in the text."""
    said = _HINTS.findall(text)
    called = frozenset[int]().union(*map(_calls().__getitem__, said))
    return map(RULES.__getitem__, sorted(called))


@cache
def _calls() -> Mapping[str, frozenset[int]]:
    """Each hint with the rules that it calls for: its own, and those with a hint in it or over its end."""
    hints = [(hint, place) for place, rule in enumerate(RULES) for hint in rule.hints]
    return {
        found: frozenset(place for hint, place in hints if hint in found or _overlaps(found, hint))
        for found, _ in hints
    }


def _overlaps(first: str, second: str) -> bool:
    return any(second.startswith(first[start:]) for start in range(1, len(first)))


def _denies(text: str, found: re.Match[str]) -> bool:
    """Whether a denial is the speaker's own, and about helping."""
    place = found.end()
    if _IDLE.match(text, place):
        return False
    near = text[max(0, found.start() - 60) : found.start()]
    before = _SENTENCE_END.split(near)[-1]
    if _SPEAKER.search(before) and _ANY_DEED.match(text, place):
        return True
    deed = _NAMED_DEED.match(text, place)
    if deed and _CLAUSE_START.search(near) and (found[0] != "拒绝" or _THIS.match(text, deed.end())):
        return True
    return _REQUEST.search(before) is not None and _NEAR_DEED.match(text, place) is not None


def _answers(opening: Opening, found: re.Match[str]) -> bool:
    """Whether a reply that denies what is out of its reach gives the answer all the same."""
    text = opening.text
    near = _REACH.search(text, max(0, found.start() - 12), min(found.end() + 30, len(text)))
    return (
        near is not None
        and _GOES_ON.search(opening.after(found.start())) is not None
        and not _WRONG_AT_ALL.search(text)
    )
