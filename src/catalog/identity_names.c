/*
 * Who is who: providers and creators, and how public lists spell them.
 *
 * Provider ids are those of models.dev (api.json, snapshot of 2026-08);
 * other spellings were met in LiteLLM's model_prices_and_context_window.json,
 * genai-prices' data.json and OpenRouter's models.json (snapshots of 2026).
 * About 100 providers and 70 creators; a name that stands in no table is
 * taken as it is.
 */
#include "assay/identity.h"

#include <string.h>

/* One row: the spelling we use, a name for people, and other spellings. */
struct provider {
    const char *id;
    const char *name;
    const char *creator;   /* whose own API it is, or "" */
    const char *spellings; /* divided by spaces */
};

static const struct provider providers[] = {
    {"302ai", "302.AI", "", ""},
    {"ai21", "AI21 Labs", "ai21", "ai21labs"},
    {"alibaba", "Alibaba Cloud", "alibaba", "dashscope qwen"},
    {"alibaba-cn", "Alibaba Cloud (China)", "alibaba", ""},
    {"alibaba-coding-plan", "Alibaba Coding Plan", "alibaba", ""},
    {"alibaba-coding-plan-cn", "Alibaba Coding Plan (China)", "alibaba", ""},
    {"alibaba-token-plan", "Alibaba Token Plan", "alibaba", ""},
    {"alibaba-token-plan-cn", "Alibaba Token Plan (China)", "alibaba", ""},
    {"amazon-bedrock", "Amazon Bedrock", "",
     "bedrock bedrock-converse bedrock-mantle aws aws-bedrock"},
    {"anthropic", "Anthropic", "anthropic", ""},
    {"assemblyai", "AssemblyAI", "assemblyai", ""},
    {"azure", "Azure OpenAI", "",
     "azure-openai azure-ai azure-text microsoft-azure"},
    {"azure-cognitive-services", "Azure Cognitive Services", "", ""},
    {"bailing", "Bailing", "inclusionai", ""},
    {"baseten", "Baseten", "", ""},
    {"cerebras", "Cerebras", "", ""},
    {"chutes", "Chutes", "", ""},
    {"clarifai", "Clarifai", "", ""},
    {"cloudflare-ai-gateway", "Cloudflare AI Gateway", "", ""},
    {"cloudflare-workers-ai", "Cloudflare Workers AI", "", "cloudflare"},
    {"cohere", "Cohere", "cohere", "cohere-chat"},
    {"cortecs", "Cortecs", "", ""},
    {"databricks", "Databricks", "", ""},
    {"deepgram", "Deepgram", "deepgram", ""},
    {"deepinfra", "Deep Infra", "", ""},
    {"deepseek", "DeepSeek", "deepseek", ""},
    {"digitalocean", "DigitalOcean", "", "gradient-ai"},
    {"doubleword", "Doubleword", "", ""},
    {"elevenlabs", "ElevenLabs", "elevenlabs", ""},
    {"featherless", "Featherless", "", "featherless-ai"},
    {"fireworks-ai", "Fireworks AI", "",
     "fireworks fireworks-ai-embedding-models"},
    {"friendli", "Friendli", "", "friendliai"},
    {"github-copilot", "GitHub Copilot", "", ""},
    {"github-models", "GitHub Models", "", "github"},
    {"gitlab", "GitLab Duo", "", ""},
    {"google", "Google", "google", "gemini google-ai google-ai-studio palm"},
    {"google-vertex", "Google Vertex AI", "google",
     "vertex vertexai vertex-ai vertex-ai-language-models "
     "vertex-ai-anthropic-models vertex-ai-embedding-models "
     "vertex-ai-llama-models vertex-ai-mistral-models "
     "vertex-ai-image-models vertex-ai-video-models "
     "vertex-ai-code-text-models vertex-ai-text-models "
     "vertex-ai-code-chat-models vertex-ai-chat-models "
     "vertex-ai-ai21-models vertex-ai-vision-models "
     "vertex-ai-qwen-models vertex-ai-deepseek-models "
     "vertex-ai-openai-models vertex-ai-minimax-models "
     "vertex-ai-moonshot-models vertex-ai-zai-models"},
    {"google-vertex-anthropic", "Google Vertex AI (Anthropic)", "anthropic",
     ""},
    {"groq", "Groq", "", ""},
    {"helicone", "Helicone", "", ""},
    {"huggingface", "Hugging Face", "", "hugging-face hf"},
    {"hyperbolic", "Hyperbolic", "", ""},
    {"inception", "Inception", "inception", "inceptionlabs"},
    {"inference", "Inference.net", "", ""},
    {"io-net", "IO.NET", "", ""},
    {"jina", "Jina AI", "jina", "jina-ai jinaai"},
    {"kilo", "Kilo Gateway", "", ""},
    {"kimi-for-coding", "Kimi for Coding", "moonshotai", ""},
    {"lambda", "Lambda", "", "lambda-ai"},
    {"llama", "Llama API", "meta", "meta-llama"},
    {"llmgateway", "LLM Gateway", "", ""},
    {"lmstudio", "LM Studio", "", "lm-studio"},
    {"minimax", "MiniMax", "minimax", ""},
    {"minimax-cn", "MiniMax (China)", "minimax", ""},
    {"minimax-cn-coding-plan", "MiniMax Token Plan (China)", "minimax", ""},
    {"minimax-coding-plan", "MiniMax Token Plan", "minimax", ""},
    {"mistral", "Mistral", "mistral",
     "mistralai codestral text-completion-codestral"},
    {"modelscope", "ModelScope", "", ""},
    {"moonshotai", "Moonshot AI", "moonshotai", "moonshot"},
    {"moonshotai-cn", "Moonshot AI (China)", "moonshotai", ""},
    {"morph", "Morph", "morph", ""},
    {"nano-gpt", "NanoGPT", "", "nanogpt"},
    {"nebius", "Nebius", "", "nebius-ai-studio"},
    {"novita-ai", "Novita AI", "", "novita"},
    {"nscale", "Nscale", "", ""},
    {"nvidia", "NVIDIA", "nvidia", "nvidia-nim"},
    {"oci", "Oracle Cloud", "", ""},
    {"ollama", "Ollama", "", ""},
    {"ollama-cloud", "Ollama Cloud", "", ""},
    {"openai", "OpenAI", "openai", "text-completion-openai"},
    {"opencode", "OpenCode Zen", "", ""},
    {"opencode-go", "OpenCode Go", "", ""},
    {"openrouter", "OpenRouter", "", ""},
    {"ovhcloud", "OVHcloud AI Endpoints", "", ""},
    {"perplexity", "Perplexity", "perplexity", ""},
    {"perplexity-agent", "Perplexity Agent", "perplexity", ""},
    {"poe", "Poe", "", ""},
    {"poolside", "Poolside", "poolside", ""},
    {"recraft", "Recraft", "recraft", ""},
    {"replicate", "Replicate", "", ""},
    {"sakana", "Sakana AI", "sakana", ""},
    {"sambanova", "SambaNova", "", ""},
    {"sap-ai-core", "SAP AI Core", "", ""},
    {"sarvam", "Sarvam AI", "sarvam", ""},
    {"scaleway", "Scaleway", "", ""},
    {"siliconflow", "SiliconFlow", "", ""},
    {"siliconflow-cn", "SiliconFlow (China)", "", ""},
    {"snowflake-cortex", "Snowflake Cortex", "", "snowflake"},
    {"stackit", "STACKIT", "", ""},
    {"stepfun", "StepFun", "stepfun", ""},
    {"stepfun-ai", "StepFun (international)", "stepfun", ""},
    {"synthetic", "Synthetic", "", ""},
    {"tencent-coding-plan", "Tencent Coding Plan", "tencent", ""},
    {"tencent-tokenhub", "Tencent TokenHub", "tencent", ""},
    {"togetherai", "Together AI", "", "together together-ai"},
    {"upstage", "Upstage", "upstage", ""},
    {"v0", "v0", "", ""},
    {"venice", "Venice AI", "", ""},
    {"vercel", "Vercel AI Gateway", "", "vercel-ai-gateway"},
    {"voyage", "Voyage AI", "voyage", "voyageai voyage-ai"},
    {"vultr", "Vultr", "", ""},
    {"wandb", "Weights & Biases", "", "weights-and-biases"},
    {"watsonx", "IBM watsonx", "", "ibm-watsonx"},
    {"xai", "xAI", "xai", "x-ai"},
    {"xiaomi", "Xiaomi", "xiaomi", "xiaomi-mimo"},
    {"xiaomi-token-plan-ams", "Xiaomi Token Plan (Europe)", "xiaomi", ""},
    {"xiaomi-token-plan-cn", "Xiaomi Token Plan (China)", "xiaomi", ""},
    {"xiaomi-token-plan-sgp", "Xiaomi Token Plan (Singapore)", "xiaomi", ""},
    {"zai", "Z.AI", "zhipuai", "z-ai"},
    {"zai-coding-plan", "Z.AI Coding Plan", "zhipuai", ""},
    {"zenmux", "ZenMux", "", ""},
    {"zhipuai", "Zhipu AI", "zhipuai", "zhipu"},
    {"zhipuai-coding-plan", "Zhipu AI Coding Plan", "zhipuai", ""},
};

struct creator {
    const char *id;
    const char *name;
    const char *spellings;
};

/* Ids are the creators of models.dev's model ids; spellings are the
   organisations on Hugging Face, OpenRouter and in the providers' own ids. */
static const struct creator creators[] = {
    {"01-ai", "01.AI", "01ai zero-one-ai"},
    {"ai21", "AI21 Labs", "ai21labs ai21-labs"},
    {"aion-labs", "Aion Labs", ""},
    {"alibaba", "Alibaba (Qwen)",
     "qwen alibaba-cloud alibabacloud alibaba-nlp dashscope tongyi"},
    {"allenai", "Ai2", "ai2 allen-ai"},
    {"amazon", "Amazon", "aws amazon-agi"},
    {"anthropic", "Anthropic", ""},
    {"arcee-ai", "Arcee AI", "arcee"},
    {"assemblyai", "AssemblyAI", ""},
    {"baai", "BAAI", ""},
    {"baidu", "Baidu", ""},
    {"black-forest-labs", "Black Forest Labs", "bfl"},
    {"bytedance", "ByteDance", "bytedance-seed bytedance-research"},
    {"canopylabs", "Canopy Labs", ""},
    {"cohere", "Cohere", "cohereforai coherelabs cohere-labs cohere-ai"},
    {"databricks", "Databricks", ""},
    {"deepcogito", "Deep Cogito", ""},
    {"deepgram", "Deepgram", ""},
    {"deepreinforce", "DeepReinforce", ""},
    {"deepseek", "DeepSeek", "deepseek-ai"},
    {"elevenlabs", "ElevenLabs", ""},
    {"essentialai", "Essential AI", "essential-ai"},
    {"google", "Google", "google-deepmind deepmind"},
    {"ibm", "IBM", "ibm-granite"},
    {"inception", "Inception", "inceptionlabs"},
    {"inclusionai", "inclusionAI", ""},
    {"inflection", "Inflection", ""},
    {"jina", "Jina AI", "jinaai jina-ai"},
    {"kwaipilot", "Kwaipilot", ""},
    {"liquid", "Liquid AI", "liquidai liquid-ai"},
    {"meituan", "Meituan", "meituan-longcat"},
    {"meta", "Meta", "meta-llama metaai meta-ai facebook llama"},
    {"microsoft", "Microsoft", ""},
    {"minimax", "MiniMax", "minimaxai minimax-ai"},
    {"mistral", "Mistral", "mistralai mistral-ai"},
    {"moonshotai", "Moonshot AI", "moonshot moonshot-ai kimi"},
    {"morph", "Morph", ""},
    {"nomic-ai", "Nomic", "nomic"},
    {"nousresearch", "Nous Research", "nous nous-research"},
    {"nvidia", "NVIDIA", ""},
    {"openai", "OpenAI", ""},
    {"perceptron", "Perceptron", ""},
    {"perplexity", "Perplexity", "perplexity-ai perplexityai"},
    {"poolside", "Poolside", ""},
    {"prime-intellect", "Prime Intellect", "primeintellect"},
    {"recraft", "Recraft", ""},
    {"reka", "Reka", "rekaai reka-ai"},
    {"relace", "Relace", ""},
    {"sakana", "Sakana AI", "sakanaai sakana-ai"},
    {"salesforce", "Salesforce", ""},
    {"sao10k", "Sao10K", ""},
    {"sarvam", "Sarvam AI", "sarvamai"},
    {"snowflake", "Snowflake", ""},
    {"stability", "Stability AI", "stabilityai stability-ai"},
    {"stepfun", "StepFun", "stepfun-ai"},
    {"tencent", "Tencent", "tencent-hunyuan"},
    {"thedrummer", "TheDrummer", ""},
    {"tii", "TII", "tiiuae"},
    {"upstage", "Upstage", ""},
    {"voyage", "Voyage AI", "voyageai voyage-ai"},
    {"writer", "Writer", ""},
    {"xai", "xAI", "x-ai x.ai grok"},
    {"xiaomi", "Xiaomi", "xiaomimimo xiaomi-mimo"},
    {"zhipuai", "Zhipu AI (Z.AI)",
     "zai z-ai z.ai zai-org zhipu zhipu-ai thudm"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Letters of either case, and '_' for '-'. */
static bool same_name(struct assay_str text, const char *name, size_t len)
{
    if (text.len != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = text.at[i] == '_' ? '-' : lower(text.at[i]);
        if (c != name[i])
            return false;
    }
    return true;
}

static bool spelled(struct assay_str text, const char *id,
                    const char *spellings)
{
    if (same_name(text, id, strlen(id)))
        return true;
    while (*spellings) {
        size_t len = strcspn(spellings, " ");
        if (same_name(text, spellings, len))
            return true;
        spellings += len + (spellings[len] == ' ');
    }
    return false;
}

static const struct provider *find_provider(struct assay_str text)
{
    for (size_t i = 0; i < COUNT(providers); i++)
        if (spelled(text, providers[i].id, providers[i].spellings))
            return &providers[i];
    return NULL;
}

static const struct creator *find_creator(struct assay_str text)
{
    for (size_t i = 0; i < COUNT(creators); i++)
        if (spelled(text, creators[i].id, creators[i].spellings))
            return &creators[i];
    return NULL;
}

struct assay_str assay_provider_canonical(struct assay_str provider)
{
    const struct provider *row = find_provider(provider);
    return row ? assay_str_c(row->id) : provider;
}

struct assay_str assay_provider_name(struct assay_str canonical_provider)
{
    const struct provider *row = find_provider(canonical_provider);
    return row ? assay_str_c(row->name) : canonical_provider;
}

struct assay_str assay_provider_creator(struct assay_str canonical_provider)
{
    const struct provider *row = find_provider(canonical_provider);
    return row ? assay_str_c(row->creator) : ASSAY_STR("");
}

static struct assay_str lowered(struct assay_arena *arena,
                                struct assay_str text)
{
    char *copy = assay_arena_alloc(arena, text.len + 1, 1);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = lower(text.at[i]);
    return (struct assay_str){copy, text.len};
}

struct assay_str assay_creator_canonical(struct assay_arena *arena,
                                         struct assay_str creator)
{
    const struct creator *row = find_creator(creator);
    return row ? assay_str_c(row->id) : lowered(arena, creator);
}

bool assay_creator_known(struct assay_str creator)
{
    return find_creator(creator) != NULL;
}

struct assay_str assay_creator_name(struct assay_str canonical_creator)
{
    const struct creator *row = find_creator(canonical_creator);
    return row ? assay_str_c(row->name) : ASSAY_STR("");
}

struct assay_str assay_model_id_canonical(struct assay_arena *arena,
                                          struct assay_str id)
{
    struct assay_str creator, name;

    if (!assay_str_cut(id, '/', &creator, &name))
        return lowered(arena, id);
    creator = assay_creator_canonical(arena, creator);
    size_t len = creator.len + 1 + name.len;
    char *key = assay_arena_alloc(arena, len + 1, 1);
    memcpy(key, creator.at, creator.len);
    key[creator.len] = '/';
    for (size_t i = 0; i < name.len; i++)
        key[creator.len + 1 + i] = lower(name.at[i]);
    return (struct assay_str){key, len};
}
