/*
 * Who is who: providers and creators, and how public lists spell them.
 *
 * Provider ids are those of models.dev (api.json, snapshot of 2026-08);
 * other spellings were met in LiteLLM's model_prices_and_context_window.json,
 * genai-prices' data.json and OpenRouter's models.json (snapshots of 2026).
 * About 120 providers and 70 creators; a name that stands in no table is
 * taken as it is. Every table is sorted by its first column, in small
 * letters with '-' for '_', and searched by halving: an import asks some ten
 * thousand times. tests/catalog/test_identity.c checks the order.
 */
#include "catalog/identity_names.h"

#include "assay/identity.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const struct assay_known_provider assay_known_providers[] = {
    {"302ai", "302.AI", ""},
    {"ai21", "AI21 Labs", "ai21"},
    {"alibaba", "Alibaba Cloud", "alibaba"},
    {"alibaba-cn", "Alibaba Cloud (China)", "alibaba"},
    {"alibaba-coding-plan", "Alibaba Coding Plan", "alibaba"},
    {"alibaba-coding-plan-cn", "Alibaba Coding Plan (China)", "alibaba"},
    {"alibaba-token-plan", "Alibaba Token Plan", "alibaba"},
    {"alibaba-token-plan-cn", "Alibaba Token Plan (China)", "alibaba"},
    {"amazon-bedrock", "Amazon Bedrock", ""},
    {"anthropic", "Anthropic", "anthropic"},
    {"assemblyai", "AssemblyAI", "assemblyai"},
    {"azure", "Azure OpenAI", ""},
    {"azure-cognitive-services", "Azure Cognitive Services", ""},
    {"bailing", "Bailing", "inclusionai"},
    {"baseten", "Baseten", ""},
    {"cerebras", "Cerebras", ""},
    {"chutes", "Chutes", ""},
    {"clarifai", "Clarifai", ""},
    {"cloudflare-ai-gateway", "Cloudflare AI Gateway", ""},
    {"cloudflare-workers-ai", "Cloudflare Workers AI", ""},
    {"cohere", "Cohere", "cohere"},
    {"cortecs", "Cortecs", ""},
    {"databricks", "Databricks", ""},
    {"deepgram", "Deepgram", "deepgram"},
    {"deepinfra", "Deep Infra", ""},
    {"deepseek", "DeepSeek", "deepseek"},
    {"digitalocean", "DigitalOcean", ""},
    {"doubleword", "Doubleword", ""},
    {"elevenlabs", "ElevenLabs", "elevenlabs"},
    {"featherless", "Featherless", ""},
    {"fireworks-ai", "Fireworks AI", ""},
    {"friendli", "Friendli", ""},
    {"github-copilot", "GitHub Copilot", ""},
    {"github-models", "GitHub Models", ""},
    {"gitlab", "GitLab Duo", ""},
    {"google", "Google", "google"},
    {"google-vertex", "Google Vertex AI", "google"},
    {"google-vertex-anthropic", "Google Vertex AI (Anthropic)", "anthropic"},
    {"groq", "Groq", ""},
    {"helicone", "Helicone", ""},
    {"huggingface", "Hugging Face", ""},
    {"hyperbolic", "Hyperbolic", ""},
    {"inception", "Inception", "inception"},
    {"inference", "Inference.net", ""},
    {"io-net", "IO.NET", ""},
    {"jina", "Jina AI", "jina"},
    {"kilo", "Kilo Gateway", ""},
    {"kimi-for-coding", "Kimi for Coding", "moonshotai"},
    {"lambda", "Lambda", ""},
    {"llama", "Llama API", "meta"},
    {"llmgateway", "LLM Gateway", ""},
    {"lmstudio", "LM Studio", ""},
    {"minimax", "MiniMax", "minimax"},
    {"minimax-cn", "MiniMax (China)", "minimax"},
    {"minimax-cn-coding-plan", "MiniMax Token Plan (China)", "minimax"},
    {"minimax-coding-plan", "MiniMax Token Plan", "minimax"},
    {"mistral", "Mistral", "mistral"},
    {"modelscope", "ModelScope", ""},
    {"moonshotai", "Moonshot AI", "moonshotai"},
    {"moonshotai-cn", "Moonshot AI (China)", "moonshotai"},
    {"morph", "Morph", "morph"},
    {"nano-gpt", "NanoGPT", ""},
    {"nebius", "Nebius", ""},
    {"novita-ai", "Novita AI", ""},
    {"nscale", "Nscale", ""},
    {"nvidia", "NVIDIA", "nvidia"},
    {"oci", "Oracle Cloud", ""},
    {"ollama", "Ollama", ""},
    {"ollama-cloud", "Ollama Cloud", ""},
    {"openai", "OpenAI", "openai"},
    {"opencode", "OpenCode Zen", ""},
    {"opencode-go", "OpenCode Go", ""},
    {"openrouter", "OpenRouter", ""},
    {"ovhcloud", "OVHcloud AI Endpoints", ""},
    {"perplexity", "Perplexity", "perplexity"},
    {"perplexity-agent", "Perplexity Agent", "perplexity"},
    {"poe", "Poe", ""},
    {"poolside", "Poolside", "poolside"},
    {"recraft", "Recraft", "recraft"},
    {"replicate", "Replicate", ""},
    {"sakana", "Sakana AI", "sakana"},
    {"sambanova", "SambaNova", ""},
    {"sap-ai-core", "SAP AI Core", ""},
    {"sarvam", "Sarvam AI", "sarvam"},
    {"scaleway", "Scaleway", ""},
    {"siliconflow", "SiliconFlow", ""},
    {"siliconflow-cn", "SiliconFlow (China)", ""},
    {"snowflake-cortex", "Snowflake Cortex", ""},
    {"stackit", "STACKIT", ""},
    {"stepfun", "StepFun", "stepfun"},
    {"stepfun-ai", "StepFun (international)", "stepfun"},
    {"synthetic", "Synthetic", ""},
    {"tencent-coding-plan", "Tencent Coding Plan", "tencent"},
    {"tencent-tokenhub", "Tencent TokenHub", "tencent"},
    {"togetherai", "Together AI", ""},
    {"upstage", "Upstage", "upstage"},
    {"v0", "v0", ""},
    {"venice", "Venice AI", ""},
    {"vercel", "Vercel AI Gateway", ""},
    {"voyage", "Voyage AI", "voyage"},
    {"vultr", "Vultr", ""},
    {"wandb", "Weights & Biases", ""},
    {"watsonx", "IBM watsonx", ""},
    {"xai", "xAI", "xai"},
    {"xiaomi", "Xiaomi", "xiaomi"},
    {"xiaomi-token-plan-ams", "Xiaomi Token Plan (Europe)", "xiaomi"},
    {"xiaomi-token-plan-cn", "Xiaomi Token Plan (China)", "xiaomi"},
    {"xiaomi-token-plan-sgp", "Xiaomi Token Plan (Singapore)", "xiaomi"},
    {"zai", "Z.AI", "zhipuai"},
    {"zai-coding-plan", "Z.AI Coding Plan", "zhipuai"},
    {"zenmux", "ZenMux", ""},
    {"zhipuai", "Zhipu AI", "zhipuai"},
    {"zhipuai-coding-plan", "Zhipu AI Coding Plan", "zhipuai"},
};
const size_t assay_known_provider_count = COUNT(assay_known_providers);

const struct assay_spelling assay_provider_spellings[] = {
    {"ai21labs", "ai21"},
    {"aws", "amazon-bedrock"},
    {"aws-bedrock", "amazon-bedrock"},
    {"azure-ai", "azure"},
    {"azure-openai", "azure"},
    {"azure-text", "azure"},
    {"bedrock", "amazon-bedrock"},
    {"bedrock-converse", "amazon-bedrock"},
    {"bedrock-mantle", "amazon-bedrock"},
    {"cloudflare", "cloudflare-workers-ai"},
    {"codestral", "mistral"},
    {"cohere-chat", "cohere"},
    {"dashscope", "alibaba"},
    {"featherless-ai", "featherless"},
    {"fireworks", "fireworks-ai"},
    {"fireworks-ai-embedding-models", "fireworks-ai"},
    {"friendliai", "friendli"},
    {"gemini", "google"},
    {"github", "github-models"},
    {"google-ai", "google"},
    {"google-ai-studio", "google"},
    {"gradient-ai", "digitalocean"},
    {"hf", "huggingface"},
    {"hugging-face", "huggingface"},
    {"ibm-watsonx", "watsonx"},
    {"inceptionlabs", "inception"},
    {"jina-ai", "jina"},
    {"jinaai", "jina"},
    {"lambda-ai", "lambda"},
    {"lm-studio", "lmstudio"},
    {"meta-llama", "llama"},
    {"microsoft-azure", "azure"},
    {"mistralai", "mistral"},
    {"moonshot", "moonshotai"},
    {"nanogpt", "nano-gpt"},
    {"nebius-ai-studio", "nebius"},
    {"novita", "novita-ai"},
    {"nvidia-nim", "nvidia"},
    {"palm", "google"},
    {"qwen", "alibaba"},
    {"snowflake", "snowflake-cortex"},
    {"text-completion-codestral", "mistral"},
    {"text-completion-openai", "openai"},
    {"together", "togetherai"},
    {"together-ai", "togetherai"},
    {"vercel-ai-gateway", "vercel"},
    {"vertex", "google-vertex"},
    {"vertex-ai", "google-vertex"},
    {"vertex-ai-ai21-models", "google-vertex"},
    {"vertex-ai-anthropic-models", "google-vertex"},
    {"vertex-ai-chat-models", "google-vertex"},
    {"vertex-ai-code-chat-models", "google-vertex"},
    {"vertex-ai-code-text-models", "google-vertex"},
    {"vertex-ai-deepseek-models", "google-vertex"},
    {"vertex-ai-embedding-models", "google-vertex"},
    {"vertex-ai-image-models", "google-vertex"},
    {"vertex-ai-language-models", "google-vertex"},
    {"vertex-ai-llama-models", "google-vertex"},
    {"vertex-ai-minimax-models", "google-vertex"},
    {"vertex-ai-mistral-models", "google-vertex"},
    {"vertex-ai-moonshot-models", "google-vertex"},
    {"vertex-ai-openai-models", "google-vertex"},
    {"vertex-ai-qwen-models", "google-vertex"},
    {"vertex-ai-text-models", "google-vertex"},
    {"vertex-ai-video-models", "google-vertex"},
    {"vertex-ai-vision-models", "google-vertex"},
    {"vertex-ai-zai-models", "google-vertex"},
    {"vertexai", "google-vertex"},
    {"voyage-ai", "voyage"},
    {"voyageai", "voyage"},
    {"weights-and-biases", "wandb"},
    {"x-ai", "xai"},
    {"xiaomi-mimo", "xiaomi"},
    {"z-ai", "zai"},
    {"zhipu", "zhipuai"},
};
const size_t assay_provider_spelling_count = COUNT(assay_provider_spellings);

/* Ids are the creators of models.dev's model ids; spellings are the
   organisations on Hugging Face, OpenRouter and in the providers' own ids. */
const struct assay_known_creator assay_known_creators[] = {
    {"01-ai", "01.AI"},
    {"ai21", "AI21 Labs"},
    {"aion-labs", "Aion Labs"},
    {"alibaba", "Alibaba (Qwen)"},
    {"allenai", "Ai2"},
    {"amazon", "Amazon"},
    {"anthropic", "Anthropic"},
    {"arcee-ai", "Arcee AI"},
    {"assemblyai", "AssemblyAI"},
    {"baai", "BAAI"},
    {"baidu", "Baidu"},
    {"black-forest-labs", "Black Forest Labs"},
    {"bytedance", "ByteDance"},
    {"canopylabs", "Canopy Labs"},
    {"cohere", "Cohere"},
    {"databricks", "Databricks"},
    {"deepcogito", "Deep Cogito"},
    {"deepgram", "Deepgram"},
    {"deepreinforce", "DeepReinforce"},
    {"deepseek", "DeepSeek"},
    {"elevenlabs", "ElevenLabs"},
    {"essentialai", "Essential AI"},
    {"google", "Google"},
    {"ibm", "IBM"},
    {"inception", "Inception"},
    {"inclusionai", "inclusionAI"},
    {"inflection", "Inflection"},
    {"jina", "Jina AI"},
    {"kwaipilot", "Kwaipilot"},
    {"liquid", "Liquid AI"},
    {"meituan", "Meituan"},
    {"meta", "Meta"},
    {"microsoft", "Microsoft"},
    {"minimax", "MiniMax"},
    {"mistral", "Mistral"},
    {"moonshotai", "Moonshot AI"},
    {"morph", "Morph"},
    {"nomic-ai", "Nomic"},
    {"nousresearch", "Nous Research"},
    {"nvidia", "NVIDIA"},
    {"openai", "OpenAI"},
    {"perceptron", "Perceptron"},
    {"perplexity", "Perplexity"},
    {"poolside", "Poolside"},
    {"prime-intellect", "Prime Intellect"},
    {"recraft", "Recraft"},
    {"reka", "Reka"},
    {"relace", "Relace"},
    {"sakana", "Sakana AI"},
    {"salesforce", "Salesforce"},
    {"sao10k", "Sao10K"},
    {"sarvam", "Sarvam AI"},
    {"snowflake", "Snowflake"},
    {"stability", "Stability AI"},
    {"stepfun", "StepFun"},
    {"tencent", "Tencent"},
    {"thedrummer", "TheDrummer"},
    {"tii", "TII"},
    {"upstage", "Upstage"},
    {"voyage", "Voyage AI"},
    {"writer", "Writer"},
    {"xai", "xAI"},
    {"xiaomi", "Xiaomi"},
    {"zhipuai", "Zhipu AI (Z.AI)"},
};
const size_t assay_known_creator_count = COUNT(assay_known_creators);

const struct assay_spelling assay_creator_spellings[] = {
    {"01ai", "01-ai"},
    {"ai2", "allenai"},
    {"ai21-labs", "ai21"},
    {"ai21labs", "ai21"},
    {"alibaba-cloud", "alibaba"},
    {"alibaba-nlp", "alibaba"},
    {"alibabacloud", "alibaba"},
    {"allen-ai", "allenai"},
    {"amazon-agi", "amazon"},
    {"arcee", "arcee-ai"},
    {"aws", "amazon"},
    {"bfl", "black-forest-labs"},
    {"bytedance-research", "bytedance"},
    {"bytedance-seed", "bytedance"},
    {"cohere-ai", "cohere"},
    {"cohere-labs", "cohere"},
    {"cohereforai", "cohere"},
    {"coherelabs", "cohere"},
    {"dashscope", "alibaba"},
    {"deepmind", "google"},
    {"deepseek-ai", "deepseek"},
    {"essential-ai", "essentialai"},
    {"facebook", "meta"},
    {"google-deepmind", "google"},
    {"grok", "xai"},
    {"ibm-granite", "ibm"},
    {"inceptionlabs", "inception"},
    {"jina-ai", "jina"},
    {"jinaai", "jina"},
    {"kimi", "moonshotai"},
    {"liquid-ai", "liquid"},
    {"liquidai", "liquid"},
    {"llama", "meta"},
    {"meituan-longcat", "meituan"},
    {"meta-ai", "meta"},
    {"meta-llama", "meta"},
    {"metaai", "meta"},
    {"minimax-ai", "minimax"},
    {"minimaxai", "minimax"},
    {"mistral-ai", "mistral"},
    {"mistralai", "mistral"},
    {"moonshot", "moonshotai"},
    {"moonshot-ai", "moonshotai"},
    {"nomic", "nomic-ai"},
    {"nous", "nousresearch"},
    {"nous-research", "nousresearch"},
    {"perplexity-ai", "perplexity"},
    {"perplexityai", "perplexity"},
    {"primeintellect", "prime-intellect"},
    {"qwen", "alibaba"},
    {"reka-ai", "reka"},
    {"rekaai", "reka"},
    {"sakana-ai", "sakana"},
    {"sakanaai", "sakana"},
    {"sarvamai", "sarvam"},
    {"stability-ai", "stability"},
    {"stabilityai", "stability"},
    {"stepfun-ai", "stepfun"},
    {"tencent-hunyuan", "tencent"},
    {"thudm", "zhipuai"},
    {"tiiuae", "tii"},
    {"tongyi", "alibaba"},
    {"voyage-ai", "voyage"},
    {"voyageai", "voyage"},
    {"x-ai", "xai"},
    {"x.ai", "xai"},
    {"xiaomi-mimo", "xiaomi"},
    {"xiaomimimo", "xiaomi"},
    {"z-ai", "zhipuai"},
    {"z.ai", "zhipuai"},
    {"zai", "zhipuai"},
    {"zai-org", "zhipuai"},
    {"zero-one-ai", "01-ai"},
    {"zhipu", "zhipuai"},
    {"zhipu-ai", "zhipuai"},
};
const size_t assay_creator_spelling_count = COUNT(assay_creator_spellings);

enum { FOLDED_BYTES = 64 }; /* no name in a table is longer */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Small letters, '-' for '_'; false when no table can hold it. */
static bool fold(struct assay_str text, char folded[FOLDED_BYTES])
{
    if (text.len == 0 || text.len >= FOLDED_BYTES)
        return false;
    for (size_t i = 0; i < text.len; i++)
        folded[i] = text.at[i] == '_' ? '-' : lower(text.at[i]);
    folded[text.len] = '\0';
    return strlen(folded) == text.len;
}

/* The row whose first member, a text, is `key`; rows of any type. */
static const void *find_row(const char *key, const void *table, size_t count,
                            size_t row_bytes)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const char *const *row =
            (const void *)((const char *)table + middle * row_bytes);
        int order = strcmp(*row, key);
        if (order == 0)
            return row;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

#define FIND(key, table) \
    find_row((key), (table), COUNT(table), sizeof((table)[0]))

const struct assay_known_provider *assay_known_provider_find(
    struct assay_str text)
{
    char key[FOLDED_BYTES];

    if (!fold(text, key))
        return NULL;
    const struct assay_spelling *other = FIND(key, assay_provider_spellings);
    return FIND(other ? other->id : key, assay_known_providers);
}

static const struct assay_known_creator *find_creator(struct assay_str text)
{
    char key[FOLDED_BYTES];

    if (!fold(text, key))
        return NULL;
    const struct assay_spelling *other = FIND(key, assay_creator_spellings);
    return FIND(other ? other->id : key, assay_known_creators);
}

struct assay_str assay_provider_canonical(struct assay_str provider)
{
    const struct assay_known_provider *row =
        assay_known_provider_find(provider);
    return row ? assay_str_c(row->id) : provider;
}

struct assay_str assay_provider_name(struct assay_str canonical_provider)
{
    const struct assay_known_provider *row =
        assay_known_provider_find(canonical_provider);
    return row ? assay_str_c(row->name) : canonical_provider;
}

struct assay_str assay_provider_creator(struct assay_str canonical_provider)
{
    const struct assay_known_provider *row =
        assay_known_provider_find(canonical_provider);
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
    const struct assay_known_creator *row = find_creator(creator);
    return row ? assay_str_c(row->id) : lowered(arena, creator);
}

bool assay_creator_known(struct assay_str creator)
{
    return find_creator(creator) != NULL;
}

struct assay_str assay_creator_name(struct assay_str canonical_creator)
{
    const struct assay_known_creator *row = find_creator(canonical_creator);
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
