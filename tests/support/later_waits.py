"""How endpoints say when to come back, or that nobody need come back: set down before anybody looked."""

WAITS: tuple[tuple[str, float | None], ...] = (
    ("Please try again in about 20 seconds.", 20.0),
    ("try again in ~20s", 20.0),
    ("Please wait 20 more seconds before the next request", 20.0),
    ("Next request allowed in 12 seconds", 12.0),
    ("Rate limited: cooldown 30s", 30.0),
    ("You are being rate limited. Retry after: 4.5 s", 4.5),
    ("Your quota will reset after 1h5m3s.", 3903.0),
    ("Limit resets in: 2 min 5 sec", 125.0),
    ('{"error": {"message": "busy", "retry_after_ms": 1500}}', 1.5),
    ('{"error": "slow down", "retryAfter": 12}', 12.0),
    ('{"detail": "Request was throttled. Expected available in 42 seconds."}', 42.0),
    ('{"error": "Model x is currently loading", "estimated_time": 20.0}', 20.0),
    ('{"retry_after_seconds": 7}', 7.0),
    ('{"wait_seconds": 9}', 9.0),
    ("Requests have exceeded token rate limit. Please retry after 43 seconds.", 43.0),
    ("触发限流，请35s后重试", 35.0),
    ("请求过于频繁，剩余等待时间: 35秒", 35.0),
    ("限流中，12.5秒后再试", 12.5),
    ("请等待30秒", 30.0),
    ("请在 1 分 20 秒后重试", 80.0),
    ("请稍后再试（约20秒）", 20.0),
    ("请于 3 分钟后再次请求", 180.0),
    ("Busy, try after 5s", 5.0),
    ("服务限流，重试时间：15秒", 15.0),
    ("Limit 60 requests per 60 seconds; slow down", None),
    ("You can send 3 requests every 20s", None),
    ("每60秒最多10次请求", None),
    ("请稍后再试 (request id: 20261130214455s8)", None),
)

HEADERS: tuple[tuple[dict[str, str], float | None], ...] = (
    ({"Retry-After": "120, 120"}, 120.0),
    ({"Retry-After": "12;"}, 12.0),
    ({"Retry-After": "PT30S"}, 30.0),
    ({"Retry-After": "00:01:30"}, 90.0),
    ({"X-RateLimit-Reset-After": "2.5"}, 2.5),
    ({"RateLimit-Remaining": "0", "RateLimit-Reset": "20"}, 20.0),
    ({"RateLimit": "limit=100, remaining=0, reset=50"}, 50.0),
    ({"X-Ms-Retry-After-Ms": "1500"}, 1.5),
    (
        {
            "anthropic-ratelimit-requests-remaining": "0",
            "anthropic-ratelimit-requests-reset": "2026-03-01T12:00:30Z",
            "Date": "Sun, 01 Mar 2026 12:00:00 GMT",
        },
        30.0,
    ),
    (
        {
            "X-RateLimit-Remaining-Requests": "0",
            "X-RateLimit-Reset-Requests": "2026-03-01T12:00:30Z",
            "Date": "Sun, 01 Mar 2026 12:00:00 GMT",
        },
        30.0,
    ),
    ({"Retry-After": "1772366430", "Date": "Sun, 01 Mar 2026 12:00:00 GMT"}, 30.0),
    ({"Retry-After": "Sunday, 01-Mar-26 12:00:30 GMT", "Date": "Sun, 01 Mar 2026 12:00:00 GMT"}, 30.0),
    ({"Retry-After": "Sun Mar  1 12:00:30 2026", "Date": "Sun, 01 Mar 2026 12:00:00 GMT"}, 30.0),
)

SPENT: tuple[tuple[int, str], ...] = (
    (429, "You have reached your monthly usage limit."),
    (429, "Monthly quota exceeded for this key"),
    (429, "You have run out of credits. Please add more to continue."),
    (403, "Your team has either used all available credits or reached its monthly spending limit."),
    (
        429,
        "Your account is not active, please check your billing details on our website. (billing_not_active)",
    ),
    (400, "Your free trial has expired. Please upgrade to a paid plan."),
    (429, "No remaining credits"),
    (403, "The free tier of the model has been exhausted. (AllocationQuota.FreeTierOnly)"),
    (429, "您的免费额度已用尽"),
    (403, "该令牌额度已用尽"),
    (403, "用户额度不足, 剩余额度: $-0.01"),
    (429, "账户可用额度已用完，请充值"),
    (429, "您的套餐已到期，请续费后使用"),
    (429, "无可用资源包，请充值"),
    (429, "今日调用次数已达上限"),
    (400, "Account balance is negative, please top up"),
    (429, "Insufficient funds"),
    (429, "Payment required to continue"),
    (429, "本月额度已耗尽"),
    (429, "Open api daily request limit reached"),
)
"""What is used up does not come back by waiting: the run stops."""

BUSY: tuple[tuple[int, str], ...] = (
    (498, "Flex tier capacity exceeded"),
    (449, "Retry with"),
    (425, "Too Early"),
    (424, "Request failed during generation"),
    (530, "origin DNS error"),
    (525, "SSL handshake failed"),
    (599, "network connect timeout"),
    (400, "ThrottlingException: Too many requests, please wait before trying again."),
    (403, "API rate limit exceeded for user ID 1."),
    (400, "当前请求过于频繁，请稍后再试 (QPS 超限)"),
    (500, "当前分组上游负载已饱和，请稍后再试"),
    (400, "Too many concurrent requests"),
    (403, "concurrency limit reached, please try again later"),
    (400, "Server is busy, please try again"),
    (403, "Request was throttled"),
    (400, "系统繁忙，请稍后再试"),
    (422, "Model overloaded"),
    (400, "Model is loading, please try again later"),
)
"""What passes: asked again."""

UNDER_200: tuple[tuple[dict[str, object], str], ...] = (
    ({"error_code": 18, "error_msg": "Open api qps request limit reached"}, "Overloaded"),
    ({"error_code": 17, "error_msg": "Open api daily request limit reached"}, "Denied"),
    ({"error_code": 110, "error_msg": "Access token invalid or no longer valid"}, "Denied"),
    ({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}, "choices": None}, "Overloaded"),
    ({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}, "choices": None}, "Denied"),
    ({"code": 429, "msg": "too many requests"}, "Overloaded"),
    ({"code": "Throttling.RateQuota", "message": "Requests rate limit exceeded"}, "Overloaded"),
    ({"success": False, "message": "invalid api key"}, "Denied"),
    ({"code": 401, "msg": "令牌已过期或验证不正确", "success": False}, "Denied"),
    ({"detail": "the upstream said nothing"}, "TransientError"),
    ({"Response": {"Error": {"Code": "RequestLimitExceeded", "Message": "too fast"}}}, "Overloaded"),
)
"""Errors under status 200 that stand in other fields than `error`: said, and heeded."""

HOPELESS: tuple[tuple[int, str], ...] = (
    (400, "Model Not Exist"),
    (400, "Model does not exist. Please check it carefully."),
    (400, "The model `gpt-x` does not exist or you do not have access to it."),
    (400, "模型不存在，请检查模型代码。"),
    (400, "invalid model: m"),
    (400, "API key not valid. Please pass a valid API key."),
    (400, "User location is not supported for the API use."),
    (500, "No such model: m"),
    (405, "Method Not Allowed"),
    (410, "This model has been retired"),
    (407, "Proxy Authentication Required"),
)
"""True of every prompt: the run stops, and says why."""
