"""Entries of the public catalogs' snapshots as assay-facts/1 statements, one
section per catalog. Prices are decimals from the snapshot's own digits, never
floats. What a list states by default rather than by knowledge is left out;
each such case says why. Used by make_catalog.py."""
import datetime
import decimal
import json
import os
import re

SOURCES = {
    "modelsdev": {
        "file": "modelsdev/catalog.json",
        "id": "modelsdev-selection",
        "title": "models.dev, selected models",
        "url": "https://models.dev/api.json",
        "kind": "catalog",
        "retrieved": "2026-07-02",
        "license": "MIT",
    },
    "openrouter": {
        "file": "openrouter/models.json",
        "id": "openrouter-selection",
        "title": "OpenRouter's list of models, selected models",
        "url": "https://openrouter.ai/api/v1/models",
        "kind": "catalog",
        "retrieved": "2026-05-15",
    },
    "genai": {
        "file": "genai-prices/data.json",
        "id": "genai-prices-selection",
        "title": "genai-prices, selected models",
        "url": "https://github.com/pydantic/genai-prices",
        "kind": "catalog",
        "retrieved": "2026-08-21",
        "license": "MIT",
    },
    "litellm": {
        "file": "litellm/model_prices_and_context_window.json",
        "id": "litellm-selection",
        "title": "LiteLLM's model prices, shutdown dates of selected models",
        "url": "https://github.com/BerriAI/litellm",
        "kind": "catalog",
        "retrieved": "2025-09-05",
        "license": "MIT",
    },
}

CREATORS = {
    "ai21": "AI21 Labs", "alibaba": "Alibaba (Qwen)", "amazon": "Amazon",
    "anthropic": "Anthropic", "arcee-ai": "Arcee AI", "cohere": "Cohere",
    "deepseek": "DeepSeek", "google": "Google", "meta": "Meta",
    "microsoft": "Microsoft", "minimax": "MiniMax", "mistral": "Mistral",
    "moonshotai": "Moonshot AI", "nvidia": "NVIDIA", "openai": "OpenAI",
    "perplexity": "Perplexity", "stepfun": "StepFun", "xai": "xAI",
    "xiaomi": "Xiaomi", "zhipuai": "Zhipu AI (Z.AI)",
}

# genai-prices' providers, as models.dev spells them
GENAI_PROVIDERS = {
    "anthropic": "anthropic", "aws": "amazon-bedrock", "azure": "azure",
    "cerebras": "cerebras", "cohere": "cohere", "deepseek": "deepseek",
    "fireworks": "fireworks-ai", "google": "google", "groq": "groq",
    "minimax": "minimax", "mistral": "mistral", "moonshotai": "moonshotai",
    "openai": "openai", "perplexity": "perplexity", "together": "togetherai",
    "x-ai": "xai",
}
LITELLM_PROVIDERS = {
    "anthropic": "anthropic", "gemini": "google", "openai": "openai",
}

# The SDK package that models.dev names: which API it speaks, and, where the
# entry gives no base URL, the package's default one. None: an API of its own.
SDKS = {
    "@ai-sdk/openai": ("openai", "https://api.openai.com/v1"),
    "@ai-sdk/openai-compatible": ("openai", None),
    "@openrouter/ai-sdk-provider": ("openai", None),
    "@ai-sdk/anthropic": ("anthropic", "https://api.anthropic.com/v1"),
    "@ai-sdk/google":
        ("gemini", "https://generativelanguage.googleapis.com/v1beta"),
    "@ai-sdk/azure": ("azure", None),
    "@ai-sdk/mistral": ("openai", "https://api.mistral.ai/v1"),
    "@ai-sdk/groq": ("openai", "https://api.groq.com/openai/v1"),
    "@ai-sdk/cerebras": ("openai", "https://api.cerebras.ai/v1"),
    "@ai-sdk/togetherai": ("openai", "https://api.together.xyz/v1"),
    "@ai-sdk/deepinfra": ("openai", "https://api.deepinfra.com/v1/openai"),
    "@ai-sdk/xai": ("openai", "https://api.x.ai/v1"),
    "@ai-sdk/perplexity": ("openai", "https://api.perplexity.ai"),
    "@ai-sdk/cohere": None,
    "@ai-sdk/amazon-bedrock": None,
    "@ai-sdk/amazon-bedrock/mantle": None,
    "@ai-sdk/google-vertex": None,
    "@ai-sdk/google-vertex/anthropic": None,
}

# Whose entries in models.dev speak of their creator's own models. What a
# host says of a model (output limit, tools, cutoff) is said of its route.
OWN_APIS = {
    "alibaba": "alibaba", "anthropic": "anthropic", "cohere": "cohere",
    "deepseek": "deepseek", "google": "google", "minimax": "minimax",
    "mistral": "mistral", "moonshotai": "moonshotai", "openai": "openai",
    "perplexity": "perplexity", "stepfun": "stepfun", "xai": "xai",
    "xiaomi": "xiaomi", "zai": "zhipuai",
}
VENDORS = {**OWN_APIS, "amazon-bedrock": "amazon", "azure": "microsoft"}

# What models.dev means by status "deprecated": its README, read 2026-11-22.
NO_LONGER_SERVED = "models.dev: no longer served by the provider's public API"

# NVIDIA's API catalog is a trial; its limits and capabilities in models.dev
# are blanket defaults (context 128000 in 35 of 84 entries), so not taken.
TRIAL = "nvidia"

QUANTIZATION = re.compile(
    r"(?:^|[-_])(fp8|nvfp4|mxfp4|int4|int8|bf16)(?:$|[-_])", re.IGNORECASE)
# A metric of this kind is out of a hundred where the score is above 1.
PERCENT = ("percent", "rate", "resolved", "pass@", "correct")


class Wrong(Exception):
    pass


# ------------------------------------------------------------ reading

def read_json(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f, parse_float=decimal.Decimal)


class Snapshots:
    def __init__(self, folder):
        read = lambda name: read_json(os.path.join(folder,
                                                   SOURCES[name]["file"]))
        both = read("modelsdev")
        self.models, self.providers = both["models"], both["providers"]
        self.openrouter = {m["id"]: m for m in read("openrouter")["data"]}
        self.genai = {(p["id"], m["id"]): m
                      for p in read("genai") for m in p["models"]}
        self.litellm = read("litellm")

    def modelsdev_entry(self, reference):
        """The provider and the entry of "PROVIDER:WIRE"."""
        provider_id, wire = reference.split(":", 1)
        provider = self.providers[provider_id]
        return provider, provider["models"][wire]


# ------------------------------------------------------------- values

def plain(number):
    """A decimal's digits without exponent and without trailing zeros."""
    number = decimal.Decimal(number)
    if number < 0:
        raise Wrong("%s is negative" % number)
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_date(text):
    """The date if the calendar has it, else None."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", text or "")
    if not match:
        return None
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        datetime.date(year, month, day)
    except ValueError:
        return None
    return text


def clean(number):
    """A price that a list writes as a JSON number, if no float spoiled it."""
    if len(decimal.Decimal(number).normalize().as_tuple().digits) > 12:
        raise Wrong("%s has float noise: leave its entry out" % number)
    return number


def price(meter, usd, key="usd_per_million", **rest):
    return {"meter": meter, key: plain(usd), **rest}


def no_empty(**keys):
    return {k: v for k, v in keys.items() if v not in (None, [], {}, "")}


def quantization(wire):
    match = QUANTIZATION.search(wire)
    return match.group(1).lower() if match else None


# ---------------------------------------------------------- models.dev

MODELSDEV_METERS = {
    "input": "input_tokens", "output": "output_tokens",
    "reasoning": "reasoning_tokens", "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens", "input_audio": "audio_input_tokens",
    "output_audio": "audio_output_tokens",
}


def modelsdev_prices(cost, task):
    """Components; None where 0 for both says nothing."""
    if not cost or "input" not in cost:
        return None
    if cost["input"] == 0 and cost["output"] == 0:
        return None

    def level(prices, **rest):
        for key, meter in MODELSDEV_METERS.items():
            if key not in prices:
                continue
            # an embedding has no output; a further meter at 0 is a filler
            if prices[key] == 0 and (key != "output" or task == "embedding"):
                continue
            yield price(meter, clean(prices[key]), **rest)

    components = list(level(cost))
    for tier in cost.get("tiers", []):
        above = ">%d" % tier["tier"]["size"]
        components += level(tier, when_input_tokens=above,
                            scope="whole_request")
    return components


def free_prices():
    return [price("input_tokens", 0), price("output_tokens", 0)]


def modelsdev_capabilities(entry):
    capabilities = {"vision": "image" in entry["modalities"]["input"]}
    for key, name in (("reasoning", "reasoning"),
                      ("tool_call", "function_calling"),
                      ("tool_call", "tool_use"),
                      ("structured_output", "structured_outputs")):
        if key in entry:
            capabilities[name] = entry[key]
    return capabilities


def modelsdev_api(provider, entry):
    override = entry.get("provider", {})
    sdk = SDKS[override.get("npm", provider["npm"])]
    if not sdk:
        return None
    kind, default = sdk
    if kind == "azure" and entry["id"].startswith("claude"):
        return None  # Anthropic's API at an address of the resource
    base = override.get("api", provider.get("api")) or default
    if base and "${" in base:
        base = None
    keys = [name for name in provider["env"]
            if name.endswith(("KEY", "TOKEN"))]
    keys = [name for name in keys if "GEMINI" in name] or keys
    return no_empty(kind=kind, base_url=base and base.rstrip("/"),
                    key_env=keys[-1] if keys else None)


def modelsdev_route(snapshots, model_id, reference, task):
    provider, entry = snapshots.modelsdev_entry(reference)
    provider_id, wire = reference.split(":", 1)
    trial = provider_id == TRIAL
    prices = modelsdev_prices(entry.get("cost"), task)
    tier = None
    if trial:
        if prices:
            raise Wrong("%s: the trial has a price" % reference)
        tier, prices = "free", free_prices()
    ended = entry.get("status") == "deprecated"
    region = re.match(r"(eu|us|au|jp|global)\.", wire) \
        if provider_id == "amazon-bedrock" else None
    return no_empty(
        id="%s/%s" % (provider_id, wire), provider=provider_id,
        provider_name=provider["name"], model=model_id,
        status="deprecated" if ended else "active", tier=tier,
        regions=[region.group(1)] if region else None,
        quantization=quantization(wire),
        context_tokens=None if trial else entry["limit"].get("context"),
        max_output_tokens=None if trial or task == "embedding"
        else entry["limit"].get("output"),
        capabilities=None if trial else modelsdev_capabilities(entry),
        api=modelsdev_api(provider, entry),
        note=NO_LONGER_SERVED if ended else None, prices=prices)


def modelsdev_benchmark(row):
    metric, score = row.get("metric") or "", decimal.Decimal(row["score"])
    percent = 1 < score <= 100 and any(word in metric for word in PERCENT)
    setting = [row["dataset"]] if row.get("dataset") else []
    if row.get("version"):
        setting.append("version " + row["version"])
    return no_empty(
        name=row["name"], value=str(row["score"]),
        unit="percent" if percent else "score", setting=", ".join(setting),
        variant=row.get("variant"), harness=row.get("harness"),
        date=as_date(row.get("date")), url=row.get("source"), metric=metric)


def distinct(rows):
    seen, kept = set(), []
    for row in rows:
        text = json.dumps(row, sort_keys=True)
        if text not in seen:
            seen.add(text)
            kept.append(row)
    return kept


def modelsdev_model(entry, model_id, where, task):
    creator = model_id.split("/")[0]
    of_vendor = where == "models" or VENDORS.get(where) == creator
    limit = entry["limit"]
    capabilities = modelsdev_capabilities(entry)
    if not of_vendor:
        capabilities = {key: capabilities[key] for key in
                        ("vision", "reasoning")}
    return no_empty(
        id=model_id, name=re.sub(r" \(latest\)$", "", entry["name"]),
        creator=CREATORS[creator], family=entry.get("family"),
        task=task, released=as_date(entry["release_date"]),
        open_weights=entry["open_weights"], license=entry.get("license"),
        knowledge_cutoff=None if where == "openrouter"
        else as_date(entry.get("knowledge")),
        context_tokens=limit.get("context"),
        max_output_tokens=limit.get("output")
        if of_vendor and task != "embedding" else None,
        modalities_in=entry["modalities"]["input"],
        modalities_out=entry["modalities"]["output"],
        capabilities=capabilities,
        weights=entry.get("weights"),
        benchmarks=distinct(modelsdev_benchmark(row)
                            for row in entry.get("benchmarks", [])))


# ---------------------------------------------------------- OpenRouter

OPENROUTER_METERS = {
    "prompt": "input_tokens", "completion": "output_tokens",
    "input_cache_read": "cache_read_tokens",
    "input_cache_write": "cache_write_tokens",
    "audio": "audio_input_tokens",
}


def openrouter_prices(pricing):
    components = []
    for key, meter in OPENROUTER_METERS.items():
        per_token = decimal.Decimal(pricing.get(key, "0"))
        if per_token == 0 and meter not in ("input_tokens", "output_tokens"):
            continue
        components.append(price(meter, per_token * 1000000))
    return components


def openrouter_route(entry, model_id):
    free, ends = entry["id"].endswith(":free"), entry.get("expiration_date")
    pricing = entry["pricing"]
    if not free and decimal.Decimal(pricing["prompt"]) == 0:
        raise Wrong("%s is priced 0 and not :free" % entry["id"])
    parameters = set(entry["supported_parameters"])
    capabilities = {
        "vision": "image" in entry["architecture"]["input_modalities"]}
    capabilities.update({name: True for key, name in
                         (("reasoning", "reasoning"),
                          ("tools", "function_calling"), ("tools", "tool_use"),
                          ("structured_outputs", "structured_outputs"))
                         if key in parameters})
    return no_empty(
        id="openrouter/" + entry["id"], provider="openrouter",
        provider_name="OpenRouter", model=model_id,
        status="deprecated" if ends else "active", retired_on=ends,
        tier="free" if free else None,
        context_tokens=entry["context_length"],
        max_output_tokens=entry["top_provider"].get("max_completion_tokens"),
        capabilities=capabilities,
        api={"kind": "openai", "base_url": "https://openrouter.ai/api/v1",
             "key_env": "OPENROUTER_API_KEY"},
        prices=openrouter_prices(pricing))


def openrouter_model(entry, model_id):
    architecture = entry["architecture"]
    return no_empty(
        id=model_id, name=entry["name"].split(": ", 1)[-1],
        creator=CREATORS[model_id.split("/")[0]], task="chat",
        context_tokens=entry["context_length"],
        # its "file" is a document sent as PDF
        modalities_in=["pdf" if kind == "file" else kind
                       for kind in architecture["input_modalities"]],
        modalities_out=architecture["output_modalities"])


# -------------------------------------------------------- genai-prices

GENAI_METERS = {
    "input_mtok": "input_tokens", "output_mtok": "output_tokens",
    "cache_read_mtok": "cache_read_tokens",
    "cache_write_mtok": "cache_write_tokens",
    "input_audio_mtok": "audio_input_tokens",
    "output_audio_mtok": "audio_output_tokens",
}


def genai_level(prices, **days):
    components = []
    for key, value in prices.items():
        if key == "requests_kcount":
            components.append(price("request", decimal.Decimal(value) / 1000,
                                    "usd_each", **days))
            continue
        if key not in GENAI_METERS:
            continue
        meter = GENAI_METERS[key]
        tiers = []
        if isinstance(value, dict):
            value, tiers = value["base"], value["tiers"]
        components.append(price(meter, clean(value), **days))
        components += [
            price(meter, tier["price"],
                  when_input_tokens=">%d" % tier["start"],
                  scope="whole_request", **days) for tier in tiers]
    return components


def genai_prices(prices):
    """Dated ones with their first and last day, past ones left out."""
    if isinstance(prices, dict):
        return genai_level(prices)
    read_on = datetime.date.fromisoformat(SOURCES["genai"]["retrieved"])
    components = []
    for i, row in enumerate(prices):
        constraint = row.get("constraint", {})
        if set(constraint) - {"start_date"}:
            raise Wrong("a price by the hour")
        days = {}
        if constraint:
            days["from"] = constraint["start_date"]
        if i + 1 < len(prices):
            end = datetime.date.fromisoformat(
                prices[i + 1]["constraint"]["start_date"])
            if end <= read_on:
                continue
            days["to"] = (end - datetime.timedelta(days=1)).isoformat()
        components += genai_level(row["prices"], **days)
    return components


def genai_split(reference):
    """"PROVIDER:ID[=WIRE]" -> provider, id, wire"""
    provider, name = reference.split(":", 1)
    name, _, wire = name.partition("=")
    return provider, name, wire or name


def genai_route(snapshots, model_id, reference):
    provider, name, wire = genai_split(reference)
    provider_id = GENAI_PROVIDERS[provider]
    region = re.match(r"global\.", wire)
    return no_empty(
        id="%s/%s" % (provider_id, wire), provider=provider_id,
        model=model_id, regions=["global"] if region else None,
        prices=genai_prices(snapshots.genai[provider, name]["prices"]))


def genai_model(snapshots, model_id, reference):
    provider, name, _ = genai_split(reference)
    entry = snapshots.genai[provider, name]
    return no_empty(id=model_id, name=entry["name"],
                    creator=CREATORS[model_id.split("/")[0]], task="chat",
                    context_tokens=entry.get("context_window"))


# -------------------------------------------------------------- LiteLLM

def litellm_lifecycle(entry):
    day = entry["deprecation_date"]
    passed = day <= SOURCES["litellm"]["retrieved"]
    return {"status": "retired" if passed else "deprecated", "retired_on": day}


def litellm_route(key, entry, model_id):
    provider = LITELLM_PROVIDERS[entry["litellm_provider"]]
    wire = key.split("/", 1)[-1]
    return {"id": "%s/%s" % (provider, wire), "provider": provider,
            "model": model_id, **litellm_lifecycle(entry)}


def litellm_model(entry, model_id, is_described):
    """The end of a model; and what else is known where no list has more."""
    if is_described:
        return {"id": model_id, "lifecycle": litellm_lifecycle(entry)}
    return no_empty(id=model_id, creator=CREATORS[model_id.split("/")[0]],
                    task="chat", context_tokens=entry.get("max_input_tokens"),
                    max_output_tokens=entry.get("max_output_tokens"),
                    lifecycle=litellm_lifecycle(entry))
