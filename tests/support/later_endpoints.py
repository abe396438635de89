"""What endpoints say, in wordings that were set down before anybody looked whether they are known.

Written from what vendors' documents, gateways and bug reports show: one row for each way of saying it.
"""

from collections.abc import Mapping
from typing import Any

from tests.support.endpoint import Fault, chat, document, events, piece


def error(code: int, message: str | None, mark: str | int | None = None, **more: Any) -> Fault:
    """An error in OpenAI's form."""
    kind = more.pop("kind", None)
    return document({"error": {"message": message, "code": mark, "type": kind} | more}, code)


FILTERED: Mapping[str, Fault] = {
    # Amazon, Databricks, Snowflake, Cloudflare
    "bedrock, guardrail over a gateway": error(
        400, 'BedrockException - {"message":"The provided request was blocked by guardrail"}'
    ),
    "bedrock, finish": chat("Sorry, the model cannot answer this question.", "guardrail_intervened"),
    "bedrock, action beside a canned reply": document(
        {
            "choices": [
                {"message": {"content": "Sorry, the model cannot answer this."}, "finish_reason": "stop"}
            ],
            "amazon-bedrock-guardrailAction": "INTERVENED",
        }
    ),
    "bedrock, content filters": error(400, "The generated text has been blocked by our content filters."),
    "titan": error(400, "This request has been blocked by our content filters. Please adjust your prompt."),
    "databricks": document(
        {"input_guardrail": [{"flagged": True}], "finish_reason": "input_guardrail_triggered"}, 400
    ),
    "databricks, message": error(400, "Bad request: input_guardrail_triggered by category S1"),
    "snowflake": error(400, "Response filtered by Cortex Guard"),
    "workers ai": document(
        {"errors": [{"code": 3030, "message": "Input prompt contains NSFW content."}]}, 400
    ),
    # Google
    "vertex, feedback": document({"promptFeedback": {"blockReason": "OTHER"}, "usageMetadata": {}}),
    "vertex, candidate": error(400, "Candidate was blocked due to SAFETY"),
    "vertex, sdk": error(500, "The candidate's finish_reason is 3 (SAFETY): Response has no candidates."),
    "vertex, enum": chat("", "FinishReason.SAFETY"),
    "vertex, long enum": chat(None, "FINISH_REASON_PROHIBITED_CONTENT"),
    "vertex, image": chat("", "IMAGE_PROHIBITED_CONTENT"),
    # OpenAI, Azure, Anthropic, Mistral, Cohere, Together, xAI
    "openai, cyber": error(400, "This content was flagged for possible cybersecurity risk.", "cyber_policy"),
    "openai, biology": error(400, "This request was blocked by our biology safeguards.", "invalid_request"),
    "azure, shields": error(
        400,
        "Bad request",
        "content_filter",
        innererror={"content_filter_result": {"jailbreak": {"filtered": True, "detected": True}}},
    ),
    "sap": document(
        {"code": 400, "message": "Content filtered due to safety violations.", "location": "Input Filter"},
        400,
    ),
    "mistral": document(
        {"object": "error", "message": "Request blocked by moderation: violence_and_threats", "code": 3051},
        403,
    ),
    "cohere, finish": chat("", "ERROR_TOXIC"),
    "cohere, output": document(
        {"message": "blocked output: this generation may be toxic, please try again"}, 400
    ),
    "together": error(422, "NSFW content detected in prompt", kind="invalid_request_error"),
    "replicate": error(422, "The input or output was flagged as sensitive. Please try again. (E005)"),
    "xai, csam": document({"code": "400", "error": "Failed check: SAFETY_CHECK_TYPE_CSAM"}, 403),
    "anthropic, stream": events(piece(content="Sure"), piece("refusal")),
    # gateways
    "portkey": error(446, "The guardrail checks defined in the config failed.", kind="hooks_failed"),
    "kong": error(400, "request failed content safety check in category [Hate] with level [4]"),
    "kong, pattern": error(400, "prompt pattern is blocked"),
    "helicone": document(
        {"success": False, "error": {"code": "PROMPT_THREAT_DETECTED", "message": "Prompt threat detected."}},
        400,
    ),
    "litellm, azure": error(
        400, "Guardrail raised an exception: Azure Content Safety Guardrail: Hate crossed severity 2, got 4"
    ),
    "litellm, dictionary": error(400, "{'error': 'Violated content safety policy'}", "400", kind="None"),
    "litellm, lakera": error(400, "Rejected: lakera flagged this as prompt_injection"),
    "a proxy of one's own, unsafe": document({"detail": "Unsafe prompt detected (S1)"}, 400),
    "a proxy of one's own, malicious": document({"detail": "Malicious input was detected and rejected"}, 403),
    "a proxy of one's own, toxic": error(400, "Toxicity threshold exceeded: your prompt is toxic"),
    "a proxy of one's own, denied": error(403, "Prompt denied by safety classifier"),
    "llama guard in front": error(400, "Input classified as unsafe by Llama Guard: S9"),
    # China
    "zhipu, in the stream": events(piece(content=""), piece("sensitive")),
    "zhipu, code as number": document({"error": {"code": 1301, "message": ""}}, 400),
    "dashscope, internal": error(
        400,
        "<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content.",
    ),
    "dashscope, rights": error(
        400, "Input data is suspected of being involved in IP infringement.", "IPInfringementSuspect"
    ),
    "dashscope, rule": error(400, "Input or output data is blocked by faq rule.", "FaqRuleBlocked"),
    "ark, severity": error(
        400,
        "The request failed because the input text may contain material related to severe violations.",
        "SensitiveContentDetected.SevereViolation",
    ),
    "minimax, 1027": document(
        {"choices": [], "output_sensitive": True, "base_resp": {"status_code": 1027, "status_msg": ""}}
    ),
    "minimax, null choices": document(
        {"choices": None, "input_sensitive": True, "base_resp": {"status_code": 1026, "status_msg": "x"}}
    ),
    "qianfan": document({"error": {"code": "unsafe_content", "message": "the content is not safe"}}, 400),
    "qianfan, older": document({"error_code": 336104, "error_msg": "输入内容存在安全风险，请修改后重试"}),
    "hunyuan": document(
        {"Response": {"Error": {"Code": "FailedOperation.ContentIllegal", "Message": "违规"}}}, 200
    ),
    "hunyuan, finish": chat("", "sensitive", note="以上内容为AI生成"),
    "siliconflow": document({"code": 50501, "message": "blocked", "data": None}, 451),
    "sensenova": error(400, "illegal content detected", 17),
    "baichuan": error(400, "输入的内容触发了安全策略，请更换后再试"),
    "spark": document({"error": {"message": "输入内容涉及敏感话题，无法回答", "code": "10013"}}, 400),
    "360": error(400, "您输入的内容包含违禁词，请重新输入", "1403"),
    "new-api, refused": error(403, "请求已被内容风控拦截 (request id: 2026)", "prompt_blocked"),
    "proxy, bad": error(400, "检测到不良信息，已停止生成"),
    "proxy, politics": error(400, "内容涉政，请求被拒绝"),
    "proxy, standard": error(400, "您的提问不符合社区规范，请换个问题"),
    "proxy, traditional": error(400, "輸入內容包含敏感詞，請修改後重試"),
    # Russia, Korea
    "gigachat": chat("", "blacklist"),
    "yandex": chat("", "ALTERNATIVE_STATUS_CONTENT_FILTER"),
    "perspective": error(400, "TOXICITY score 0.93 above threshold 0.8; request not forwarded"),
    "llama guard, in one word": error(400, "Blocked by LlamaGuard: unsafe S2"),
    "a guard of prompts": document({"blocked": True, "reason": "prompt_injection"}, 403),
    "a layer of safety": error(400, "The AI safety layer refused this prompt"),
    "a guard of a network": document(
        {"action": "BLOCK", "message": "AI Guard blocked this transaction"}, 403
    ),
    "qianfan, risk": error(400, "The input content is risky, please modify it", "content_risk"),
    "green net": error(400, "命中绿网规则，内容不予展示"),
    "modelscope": error(400, "Content moderation failed: input rejected"),
    "terms": error(403, "This prompt is not permitted under our terms of service"),
    "hate speech": error(400, "Completion withheld: hate speech detected"),
    "self-harm": error(400, "Self-harm content detected", "moderation"),
    "personal data": error(400, "PII detected in prompt; request blocked by data loss prevention"),
    "finish, moderated": chat("", "moderated"),
    "not allowed": error(400, "Sorry, this content is not allowed"),
    "inappropriate": error(422, "Inappropriate prompt"),
    "proxy, safety": error(400, "提示词未通过安全检测"),
    "proxy, cannot be shown": error(400, "很抱歉，该内容无法展示", "30001"),
    "proxy, not compliant": error(400, "请求内容不合规"),
    "baichuan, rules": error(400, "输入内容违反安全规则", "10102"),
    "bedrock, policy": error(400, "The content of this request is not allowed by the model's content policy"),
    "shield": document({"detail": {"error": "triggered", "message": "Rejected by Prompt Shield"}}, 400),
    "scanners": document({"detail": {"error": "Prompt failed scanners: Toxicity", "is_valid": False}}, 400),
    "regulations": error(400, "The input contains content that does not comply with regulations"),
    "speech, zh": error(400, "提问内容包含不当言论，已被拦截"),
    "a firewall of prompts": error(403, "AI firewall: prompt violates acceptable use policy"),
    "finish, policy": chat("", "content_policy"),
    "finish, filtered": chat(None, "filtered"),
    "korean": error(400, "유해한 콘텐츠가 감지되어 요청이 차단되었습니다.", "40003"),
}
"""Answers of a content filter: blocked, after one call."""

UNFILTERED: Mapping[str, Fault] = {
    "google, api not enabled for the key": document(
        {
            "error": {
                "code": 403,
                "message": "Requests to this API generativelanguage.googleapis.com method "
                "google.ai.generativelanguage.v1beta.GenerativeService.GenerateContent are blocked.",
                "status": "PERMISSION_DENIED",
                "details": [{"reason": "API_KEY_SERVICE_BLOCKED"}],
            }
        },
        403,
    ),
    "google, place": error(400, "User location is not supported for the API use.", 400),
    "openai, country": error(
        403, "Country, region, or territory not supported", "unsupported_country_region_territory"
    ),
    "network policy": error(403, "Access blocked by network policy: your IP is not on the allow list"),
    "security policy": error(403, "Request blocked by security policy: address 10.0.0.7 is not allowed"),
    "fair use": error(429, "You have violated our fair usage policy: too many requests in a short time"),
    "fair use, zh": error(429, "您的请求过于频繁，违反了公平使用政策，请稍后再试", "1313"),
    "moderation that is away": error(500, "Failed to call the content moderation service: timeout"),
    "moderation that is away, zh": error(503, "内容审核服务超时，请稍后重试"),
    "a budget": error(
        400, "Budget has been exceeded! Current cost: 10.1, Max budget: 10.0", kind="budget_exceeded"
    ),
    "a plan": error(403, "Your plan does not include this model; upgrade to unlock the content"),
    "an unknown field": error(400, "Unknown parameter: 'safety_settings'."),
    "a wrong type": error(400, "Invalid type for 'messages[0].content': expected a string, got null"),
    "a form": error(400, "Response blocked: output does not match the JSON schema"),
    "a key": error(401, "This key has been blocked for policy reasons"),
    "a blocked account, zh": error(403, "您的账户因违规已被封禁，请联系客服"),
}
"""What sounds like a filter and is none: never `blocked`."""
