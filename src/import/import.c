/*
 * The list of formats, and how a file becomes a batch: read, hashed, parsed,
 * translated; the batch then knows where it came from and of which day it is.
 */
#include "assay/import.h"

#include "assay/file.h"
#include "net/net.h"

#include <inttypes.h>
#include <string.h>

enum {
    MAX_FILE_BYTES = 64 << 20,
    MAX_DEPTH = 64,
};

const struct assay_import_format *const assay_import_formats[] = {
    &assay_import_facts,
    &assay_import_modelsdev,
    &assay_import_openrouter,
    &assay_import_litellm,
    &assay_import_genai_prices,
    &assay_import_every_eval_ever,
    &assay_import_promptfoo_results,
    &assay_import_gguf,
    NULL,
};

const struct assay_import_format *assay_import_format(struct assay_str name)
{
    for (size_t i = 0; assay_import_formats[i]; i++)
        if (assay_str_is(name, assay_import_formats[i]->name))
            return assay_import_formats[i];
    return NULL;
}

static bool fetch(struct assay_arena *arena, const char *from,
                  struct assay_str *text, struct assay_error *err)
{
    if (!assay_http_is_url(from))
        return assay_file_read(arena, from, MAX_FILE_BYTES, text, err);
    const struct assay_http_get request = {
        .url = from,
        .max_bytes = MAX_FILE_BYTES,
    };
    return assay_http_get(arena, &request, text, err);
}

/* A URL without its query, where a key may stand. */
static void fail_in_source(struct assay_error *err, const char *from)
{
    size_t len = assay_http_is_url(from) ? strcspn(from, "?#") : strlen(from);
    assay_fail_in(err, "%.*s", (int)(len < 160 ? len : 160), from);
}

/* The day the source was read when neither the caller nor the file says. */
static bool default_date(const struct assay_import_options *options,
                         struct assay_date *date, struct assay_error *err)
{
    if (!assay_http_is_url(options->from) && strcmp(options->from, "-") != 0)
        return assay_file_date(options->from, date, err);
    *date = options->today;
    return true;
}

static void set_default(struct assay_str *to, const char *text)
{
    if (to->len == 0)
        *to = assay_str_c(text);
}

/* Source ids stand in URLs, on the command line and in file names. */
static bool check_source_id(struct assay_str id, struct assay_error *err)
{
    for (size_t i = 0; i < id.len; i++)
        if ((unsigned char)id.at[i] <= ' ' || id.at[i] == '/' ||
            (unsigned char)id.at[i] >= 0x7f || id.len > 100)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "source id '%.*s' holds white space, '/' or "
                              "other than ASCII, or is longer than 100 "
                              "bytes, expected a plain word",
                              ASSAY_STR_ARG(assay_str_head(id, 60)));
    return true;
}

static bool parse_and_translate(struct assay_batch *batch,
                                const struct assay_import_options *options,
                                struct assay_str text, struct assay_error *err)
{
    const struct assay_json_limits limits = {.max_bytes = MAX_FILE_BYTES,
                                             .max_depth = MAX_DEPTH};
    struct assay_arena tree = {0};
    bool ok = false;

    const struct assay_json *document =
        assay_json_parse(&tree, text, &limits, err);
    if (!document || !options->format->read(batch, document, err))
        goto out;
    const struct assay_refusal *refusal = batch->first_refusal;
    if (refusal && (options->strict || options->format->strict)) {
        assay_fail(err, ASSAY_BAD_INPUT,
                   "%.*s: %.*s (%" PRIu32 " rows refused in all)",
                   ASSAY_STR_ARG(refusal->place),
                   ASSAY_STR_ARG(refusal->reason), batch->refusal_count);
        goto out;
    }
    ok = true;
out:
    assay_arena_free(&tree);
    return ok;
}

/* The bytes in one piece, hashed, and what they say as JSON. */
static bool read_document(struct assay_batch *batch,
                          const struct assay_import_options *options,
                          struct assay_error *err)
{
    struct assay_arena bytes = {0};
    struct assay_str text;
    bool ok = fetch(&bytes, options->from, &text, err);

    if (ok) {
        batch->sha256 = assay_sha256_hex(batch->arena, text);
        ok = parse_and_translate(batch, options, text, err);
        if (!ok)
            fail_in_source(err, options->from);
    }
    assay_arena_free(&bytes);
    return ok;
}

/* Of what is too large to read, or no JSON. */
static bool read_file(struct assay_batch *batch,
                      const struct assay_import_options *options,
                      struct assay_error *err)
{
    if (assay_http_is_url(options->from) || strcmp(options->from, "-") == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%.160s: %s is read from a file alone", options->from,
                          options->format->name);
    return options->format->read_file(batch, options->from, err);
}

bool assay_import_read(struct assay_batch *batch,
                       const struct assay_import_options *options,
                       struct assay_error *err)
{
    const struct assay_import_format *format = options->format;

    if (!format->read && !format->read_file)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s states nothing of a model: it holds samples",
                          format->name);
    if (!check_source_id(options->source_id, err))
        return false;
    batch->source_id = assay_arena_copy(batch->arena, options->source_id);
    batch->retrieved = options->retrieved;
    batch->format = assay_str_c(format->name);
    batch->origin = assay_arena_copy(batch->arena, assay_str_c(options->from));
    if (!(format->read_file ? read_file : read_document)(batch, options, err))
        return false;
    set_default(&batch->source_id, format->name);
    set_default(&batch->title, format->title ? format->title : format->name);
    set_default(&batch->url, format->url);
    set_default(&batch->license, format->license);
    return check_source_id(batch->source_id, err) &&
           (assay_date_set(batch->retrieved) ||
            default_date(options, &batch->retrieved, err));
}
