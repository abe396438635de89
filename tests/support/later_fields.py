"""Refusals of a field of the request, and what should be sent then: set down before anybody looked."""

COLD = (
    "Temperature must be greater than zero",
    "temperature must be > 0.0",
    "temperature: ensure this value is greater than 0",
    "参数错误：temperature 应在 0.01 到 1 之间",
    "temperature 不能为0",
    "temperature should be between 0.01 and 1.0",
    "temperature参数非法，取值范围为 (0, 1]",
    "Invalid temperature: must be a positive number",
    "`temperature` (=0.0) has to be a strictly positive float, otherwise your next token scores are invalid.",
    "温度(temperature)必须大于零",
    "invalid params, temperature should be in (0, 1]",
)
"""A temperature of 0 is refused, one above it is not: asked at 0.01."""

WARM = (
    "Temperature is not configurable for this model",
    "This model has fixed temperature=1.0; do not send temperature",
    "temperature: the only accepted value is 1",
    "采样参数 temperature 不可修改",
    "推理模型不支持设置 temperature",
    "Sampling parameters are not allowed for reasoning models",
    "`temperature` may only be set to 1 when thinking is enabled",
    "TypeError: create() got an unexpected keyword argument 'temperature'",
    "litellm.UnsupportedParamsError: m does not support parameters: ['temperature'], for model=m.",
)
"""A temperature is refused altogether: asked without."""

RENAMED = (
    ("max_tokens", "不支持参数 max_tokens"),
    ("max_tokens", "Unsupported field max_tokens"),
    ("max_tokens", "max_tokens is deprecated for this model"),
    ("max_tokens", "请使用 max_completion_tokens 代替 max_tokens"),
    ("max_completion_tokens", 'Unknown name "max_completion_tokens": Cannot find field.'),
    ("max_completion_tokens", "未知参数: max_completion_tokens"),
    ("max_completion_tokens", "Unexpected property 'max_completion_tokens'"),
    (
        "max_completion_tokens",
        "Additional properties are not allowed ('max_completion_tokens' was unexpected)",
    ),
)
"""The field asked with, and how it is refused: the other name is tried."""

SHORTER = (
    "max_tokens 不能大于 2048",
    "参数 max_tokens 超出上限，最大值为 2048",
    "max_tokens should be in [1, 2048]",
    "max_tokens must be between 1 and 2048",
    "Requested 4096 tokens exceeds the maximum output of 2048",
    "The maximum tokens you requested exceeds the model limit of 2048. Try again with a maximum tokens value "
    "that is lower than 2048.",
    "max_new_tokens must be <= 2048. Given: 4096",
    "This model can generate up to 2048 tokens, you asked for 4096",
    "最大输出长度为 2048，请调整 max_tokens",
    "max_tokens is too large: 4096. This model supports at most 2,048 completion tokens.",
)
"""Of 4096 tokens asked for, 2048 are granted."""

ROOM = (
    "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (904 in the "
    "messages, 4096 in the completion). Please reduce the length of the messages or completion.",
    "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 904 `inputs` tokens and 4096 "
    "`max_new_tokens`",
    "input length and max_tokens exceed context limit: 904 + 4096 > 4096, decrease input length or "
    "max_tokens",
)
"""This prompt leaves room for 3192 tokens."""

TOO_LONG = (
    (400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
    (422, "`inputs` tokens + `max_new_tokens` must be <= 4097. Given: 5000 `inputs` tokens and 1 `max`"),
    (422, "Input validation error: `inputs` must have less than 1024 tokens. Given: 2000"),
    (400, "Prompt 超长"),
    (400, "messages total length must be less than 24000 chars"),
    (400, "Input length 9000 exceeds maximum allowed token size 8192"),
    (400, "Prompt length 140000 exceeds the model's context limit"),
    (400, "Prompt too long: 9000 > 8192"),
    (400, "Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)"),
    (500, "the max length of current question is 2000"),
    (500, "token数量超过上限。对话历史+问题的字数太多，需要精简输入"),
    (400, "length of prompt_tokens (9000) must be less than max_seq_len (8192)."),
    (400, "Total tokens of image and text exceed max message tokens."),
)
"""The prompt itself does not fit."""

UNKNOWN = (
    (400, 'json: unknown field "seed"'),
    (400, "Additional properties are not allowed ('seed' was unexpected)"),
    (400, "property 'seed' is unsupported"),
    (400, "不支持的参数: seed"),
    (422, "body.seed: Extra inputs are not permitted"),
    (500, "TypeError: create() got an unexpected keyword argument 'seed'"),
    (500, "Unsupported parameter: seed"),
    (400, "Seed is not supported for this model"),
)

SYSTEMLESS = (
    "only user and assistant roles are supported!",
    "Developer instruction is not enabled for models/gemma-3-27b-it",
    "Unexpected role 'system' after role",
    "messages[0].role: must be one of user, assistant",
    "'messages.0.role' : value must be 'user'",
    "role参数不合法: system，仅支持 user、assistant",
    "System messages are not supported by this model",
    "The first message must be from the user",
)
