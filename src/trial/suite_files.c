/*
 * Files that a suite names: found below its folder, read once, kept with
 * their hash. Links are followed, but not out of the folder.
 */
/* realpath, POSIX.1-2008, is shown by the C library under XSI alone */
#define _XOPEN_SOURCE 700

#include "trial/suite_parts.h"

#include "assay/file.h"
#include "trial/yaml.h"

#include <assert.h>
#include <dirent.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    MAX_FILE = 256 << 20,
    MAX_FILES = 100000,
    FIRST_FILES = 16,
    MAX_FOLDERS_DEEP = 16,
};

/* ---- Names ---- */

bool assay_suite_file_name(struct assay_str text, struct assay_str *name)
{
    static const char scheme[] = "file://";

    if (!assay_str_starts(text, scheme))
        return false;
    *name = assay_str_skip(text, sizeof scheme - 1);
    return true;
}

struct assay_str assay_suite_extension(struct assay_suite_reader *in,
                                       struct assay_str name)
{
    struct assay_str folder, base = name, stem, end;

    assay_str_cut_last(name, '/', &folder, &base);
    if (!assay_str_cut_last(base, '.', &stem, &end) || stem.len == 0)
        return ASSAY_STR("");
    struct assay_str copy =
        assay_arena_printf(in->arena, ".%.*s", ASSAY_STR_ARG(end));
    char *at = assay_arena_cstr(in->arena, copy);
    for (size_t i = 0; i < copy.len; i++)
        if (at[i] >= 'A' && at[i] <= 'Z')
            at[i] = (char)(at[i] - 'A' + 'a');
    return (struct assay_str){at, copy.len};
}

bool assay_suite_is_program(struct assay_str name)
{
    static const char *const ends[] = {
        ".js",   ".cjs", ".mjs", ".ts",  ".cts", ".mts", ".py", ".rb", ".sh",
        ".bash", ".exe", ".bat", ".cmd", ".ps1", ".pl",  ".go", NULL};
    struct assay_str file = name, function;

    /* "file.py:function" */
    if (assay_str_cut_last(name, ':', &file, &function) &&
        assay_suite_is_program(file))
        return true;
    for (size_t i = 0; ends[i]; i++)
        if (assay_str_ends(name, ends[i]))
            return true;
    return false;
}

/* ---- Opening ---- */

bool assay_suite_real_path(struct assay_suite_reader *in, struct assay_str path,
                           struct assay_str *real)
{
    char found[PATH_MAX];

    if (!realpath(assay_arena_cstr(in->arena, path), found))
        return false;
    *real = assay_arena_copy(in->arena, assay_str_c(found));
    return true;
}

/* Where a name's number stands, or would: one more than its place, or 0. */
static uint32_t *slot_of(const struct assay_suite_reader *in,
                         struct assay_str path)
{
    const struct assay_suite_base *base = in->base;
    size_t mask = base->file_room * 2 - 1;
    size_t at = (size_t)assay_str_hash(path) & mask;

    while (
        base->file_slots[at] &&
        !assay_str_equal(in->suite->files[base->file_slots[at] - 1].path, path))
        at = (at + 1) & mask;
    return &base->file_slots[at];
}

static struct assay_suite_file *known_file(const struct assay_suite_reader *in,
                                           struct assay_str path)
{
    uint32_t slot = in->base->file_room ? *slot_of(in, path) : 0;

    return slot ? &in->suite->files[slot - 1] : NULL;
}

/* Room for twice as many files, and half of the slots empty. */
static void widen_files(struct assay_suite_reader *in)
{
    struct assay_suite *suite = in->suite;
    struct assay_suite_base *base = in->base;
    size_t room = base->file_room ? base->file_room * 2 : FIRST_FILES;
    /* what is handed out stays readable in the arena when it moves */
    struct assay_suite_file *wider =
        ASSAY_NEW_ARRAY(base->arena, struct assay_suite_file, room);

    if (suite->file_count)
        memcpy(wider, suite->files, suite->file_count * sizeof *wider);
    suite->files = wider;
    base->file_room = room;
    base->file_slots = ASSAY_NEW_ARRAY(base->arena, uint32_t, room * 2);
    for (size_t i = 0; i < suite->file_count; i++)
        *slot_of(in, wider[i].path) = (uint32_t)i + 1;
}

static struct assay_suite_file *keep_file(struct assay_suite_reader *in,
                                          struct assay_str path,
                                          struct assay_str bytes)
{
    struct assay_suite *suite = in->suite;
    struct assay_arena *arena = in->base->arena;

    if (suite->file_count == in->base->file_room)
        widen_files(in);
    struct assay_suite_file *file = &suite->files[suite->file_count++];
    *file = (struct assay_suite_file){.path = assay_arena_copy(arena, path),
                                      .sha256 = assay_sha256_hex(arena, bytes),
                                      .bytes = bytes};
    *slot_of(in, path) = (uint32_t)suite->file_count;
    return file;
}

static bool is_below(struct assay_str folder, struct assay_str path)
{
    return assay_str_is(folder, "/") ||
           (path.len > folder.len && path.at[folder.len] == '/' &&
            memcmp(path.at, folder.at, folder.len) == 0);
}

/* Puts "suite.yaml:7: " before an error of a file named there. */
static void *fail_from(struct assay_suite_reader *in,
                       const struct assay_json *from)
{
    if (from)
        assay_fail_in(in->err, "%.*s",
                      ASSAY_STR_ARG(assay_suite_where(in, from)));
    return NULL;
}

struct assay_suite_file *assay_suite_open(struct assay_suite_reader *in,
                                          struct assay_str name,
                                          const struct assay_json *from)
{
    bool absolute = assay_str_starts(name, "/");
    struct assay_str path, bytes, real;
    struct assay_suite_file *file = known_file(in, name);

    if (file)
        return file;
    assert(!in->base->whole); /* a case is made of what was read with it */
    if (in->suite->file_count == MAX_FILES) {
        assay_fail(in->err, ASSAY_LIMIT, "more than %d files", MAX_FILES);
        return fail_from(in, from);
    }
    if (in->base->options.kept) {
        const struct assay_suite_file *kept = assay_suite_kept(in, name);
        return kept ? keep_file(in, name, kept->bytes) : fail_from(in, from);
    }
    path = absolute ? name
                    : assay_arena_printf(in->arena, "%.*s/%.*s",
                                         ASSAY_STR_ARG(in->base->folder),
                                         ASSAY_STR_ARG(name));
    if (!assay_suite_real_path(in, path, &real)) {
        assay_fail(in->err, ASSAY_NOT_FOUND, "no file '%.*s'",
                   ASSAY_STR_ARG(name));
        return fail_from(in, from);
    }
    /* the suite itself was named by whoever runs it, link or not */
    if (!absolute && from && !is_below(in->base->folder, real)) {
        assay_fail(in->err, ASSAY_BAD_INPUT,
                   "'%.*s' leads out of the suite's folder: name such a file "
                   "by its absolute path",
                   ASSAY_STR_ARG(name));
        return fail_from(in, from);
    }
    if (!assay_file_read(in->base->arena, real.at, MAX_FILE, &bytes, in->err))
        return fail_from(in, from);
    return keep_file(in, name, bytes);
}

/* ---- Patterns ---- */

bool assay_suite_is_pattern(struct assay_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (strchr("*?[", name.at[i]))
            return true;
    return false;
}

struct walk {
    struct assay_suite_reader *in;
    struct assay_str *names;
    size_t count, room;
    bool failed;
};

static void add_name(struct walk *walk, struct assay_str name)
{
    if (walk->count == MAX_FILES) {
        walk->failed = true;
        return;
    }
    if (walk->count == walk->room) {
        size_t room = walk->room ? walk->room * 2 : FIRST_FILES;
        struct assay_str *wider =
            ASSAY_NEW_ARRAY(walk->in->arena, struct assay_str, room);
        if (walk->count)
            memcpy(wider, walk->names, walk->count * sizeof *wider);
        walk->names = wider;
        walk->room = room;
    }
    walk->names[walk->count++] = assay_arena_copy(walk->in->arena, name);
}

static struct assay_str join_path(struct walk *walk, struct assay_str folder,
                                  struct assay_str name)
{
    if (folder.len == 0)
        return name;
    return assay_arena_printf(
        walk->in->arena, "%.*s%s%.*s", ASSAY_STR_ARG(folder),
        assay_str_ends(folder, "/") ? "" : "/", ASSAY_STR_ARG(name));
}

/* Where a name as the suite writes it stands in the file system. */
static const char *place_of(struct walk *walk, struct assay_str name)
{
    return assay_str_starts(name, "/")
               ? assay_arena_cstr(walk->in->arena, name)
               : assay_arena_printf(walk->in->arena, "%.*s/%.*s",
                                    ASSAY_STR_ARG(walk->in->base->folder),
                                    ASSAY_STR_ARG(name))
                     .at;
}

static bool is_folder(struct walk *walk, struct assay_str name)
{
    struct stat info;
    return stat(place_of(walk, name), &info) == 0 && S_ISDIR(info.st_mode);
}

/* All below `folder` that fits the rest of a pattern. */
static void walk_folder(struct walk *walk, struct assay_str folder,
                        struct assay_str pattern, unsigned depth)
{
    struct assay_str part = pattern, rest = ASSAY_STR("");
    bool last = !assay_str_cut(pattern, '/', &part, &rest);
    bool any_depth = assay_str_is(part, "**");

    if (depth > MAX_FOLDERS_DEEP)
        return;
    if (any_depth) /* no folder at all is one of its meanings */
        walk_folder(walk, folder, last ? ASSAY_STR("*") : rest, depth + 1);
    const char *glob = assay_arena_cstr(walk->in->arena, part);
    DIR *dir = opendir(place_of(walk, folder.len ? folder : ASSAY_STR(".")));
    if (!dir)
        return;
    for (struct dirent *entry; !walk->failed && (entry = readdir(dir));) {
        struct assay_str name = assay_str_c(entry->d_name);
        if (name.at[0] == '.')
            continue;
        struct assay_str path = join_path(walk, folder, name);
        if (any_depth) {
            if (is_folder(walk, path))
                walk_folder(walk, path, pattern, depth + 1);
        } else if (fnmatch(glob, entry->d_name, FNM_PERIOD) == 0) {
            bool deeper = is_folder(walk, path);
            if (last && !deeper)
                add_name(walk, path);
            else if (!last && deeper)
                walk_folder(walk, path, rest, depth + 1);
        }
    }
    closedir(dir);
}

static int by_name(const void *a, const void *b)
{
    const struct assay_str *x = a, *y = b;
    return assay_str_compare(*x, *y);
}

/* The folders before the first part with a mark in it. */
static struct assay_str fixed_part(struct assay_str *pattern)
{
    size_t end = 0;

    for (size_t i = 0; i < pattern->len && !strchr("*?[", pattern->at[i]); i++)
        if (pattern->at[i] == '/')
            end = i + 1;
    struct assay_str fixed = assay_str_head(*pattern, end);
    *pattern = assay_str_skip(*pattern, end);
    return fixed;
}

/* A case that is made later must meet the same files. */
static struct assay_str *keep_found(struct assay_suite_base *base,
                                    struct assay_str pattern,
                                    const struct assay_str *names, size_t count)
{
    struct assay_suite_found *found =
        ASSAY_NEW(base->arena, struct assay_suite_found);

    *found = (struct assay_suite_found){
        .pattern = assay_arena_copy(base->arena, pattern),
        .names = ASSAY_NEW_ARRAY(base->arena, struct assay_str, count),
        .count = count,
        .next = base->found,
    };
    for (size_t i = 0; i < count; i++)
        found->names[i] = assay_arena_copy(base->arena, names[i]);
    base->found = found;
    return found->names;
}

bool assay_suite_glob(struct assay_suite_reader *in, struct assay_str pattern,
                      const struct assay_json *from, struct assay_str **names,
                      size_t *count)
{
    struct walk walk = {.in = in};
    struct assay_str whole = pattern, folder;

    if (!assay_suite_is_pattern(pattern)) {
        *names = ASSAY_NEW(in->arena, struct assay_str);
        **names = pattern;
        *count = 1;
        return true;
    }
    for (const struct assay_suite_found *f = in->base->found; f; f = f->next)
        if (assay_str_equal(f->pattern, pattern)) {
            *names = f->names;
            *count = f->count;
            return true;
        }
    if (assay_str_starts(pattern, "./"))
        pattern = assay_str_skip(pattern, 2);
    if (in->base->options.kept) {
        walk.names = ASSAY_NEW_ARRAY(in->arena, struct assay_str,
                                     in->base->options.kept_count);
        walk.count = assay_suite_kept_fitting(in, pattern, walk.names);
    } else {
        folder = fixed_part(&pattern);
        walk_folder(&walk, folder, pattern, 0);
    }
    if (walk.failed)
        return assay_suite_fail(in, from, "more than %d files fit '%.*s'",
                                MAX_FILES, ASSAY_STR_ARG(whole));
    if (walk.count == 0)
        return assay_suite_fail(in, from, "no file fits '%.*s'",
                                ASSAY_STR_ARG(whole));
    qsort(walk.names, walk.count, sizeof *walk.names, by_name);
    *count = 1; /* "**" can meet one file twice */
    for (size_t i = 1; i < walk.count; i++)
        if (!assay_str_equal(walk.names[i], walk.names[*count - 1]))
            walk.names[(*count)++] = walk.names[i];
    *names = keep_found(in->base, whole, walk.names, *count);
    return true;
}

/* ---- Documents ---- */

void assay_suite_add_source(struct assay_suite_reader *in,
                            const struct assay_json *root,
                            struct assay_str path)
{
    struct assay_suite_source *source =
        ASSAY_NEW(in->arena, struct assay_suite_source);
    *source = (struct assay_suite_source){root, path, in->sources};
    in->sources = source;
}

/* One line is a document of its own: all its values stand there. */
static void set_line(struct assay_json *of, uint32_t line)
{
    struct assay_json *at = of;

    while (at) {
        at->line = line;
        if (at->first) {
            at = at->first;
            continue;
        }
        while (at != of && !at->next)
            at = at->parent;
        at = at == of ? NULL : at->next;
    }
}

bool assay_suite_next_line(const struct assay_suite_file *file,
                           struct assay_suite_line *line)
{
    do {
        if (line->next == 0 && assay_str_starts(file->bytes, "\xef\xbb\xbf"))
            line->next = 3;
        struct assay_str rest = assay_str_skip(file->bytes, line->next);
        if (rest.len == 0)
            return false;
        line->text = assay_str_head(rest, assay_str_find(rest, '\n'));
        line->offset = line->next;
        line->next += line->text.len + (line->text.len < rest.len);
        line->number++;
    } while (assay_str_trim(line->text).len == 0);
    return true;
}

static struct assay_json *parse_line(struct assay_suite_reader *in,
                                     const struct assay_suite_file *file,
                                     size_t offset, uint32_t number)
{
    struct assay_str rest = assay_str_skip(file->bytes, offset);
    struct assay_str line = assay_str_head(rest, assay_str_find(rest, '\n'));
    struct assay_json *value = assay_json_parse(in->arena, line, NULL, in->err);

    if (!value) {
        assay_fail_in(in->err, "%.*s:%u", ASSAY_STR_ARG(file->path),
                      (unsigned)number);
        return NULL;
    }
    set_line(value, number);
    return value;
}

struct assay_json *assay_suite_line_value(struct assay_suite_reader *in,
                                          const struct assay_suite_file *file,
                                          size_t offset, uint32_t number)
{
    struct assay_json *value = parse_line(in, file, offset, number);

    if (value)
        assay_suite_add_source(in, value, file->path);
    return value;
}

static struct assay_json *read_lines(struct assay_suite_reader *in,
                                     const struct assay_suite_file *file)
{
    struct assay_json *list = assay_json_array(in->arena);
    struct assay_suite_line line = {0};

    while (assay_suite_next_line(file, &line)) {
        struct assay_json *value =
            parse_line(in, file, line.offset, line.number);
        if (!value)
            return NULL;
        assay_json_add(list, value);
    }
    return list;
}

struct assay_json *assay_suite_document(struct assay_suite_reader *in,
                                        const struct assay_suite_file *file)
{
    static const struct assay_json_limits limits = {.max_bytes = MAX_FILE};
    struct assay_str extension = assay_suite_extension(in, file->path);
    struct assay_json *root;
    uint32_t date = 0;

    if (assay_str_is(extension, ".jsonl"))
        root = read_lines(in, file);
    else if (assay_str_is(extension, ".json"))
        root = assay_json_parse(in->arena, file->bytes, &limits, in->err);
    else
        root = assay_yaml_parse(in->arena, file->bytes, &date, in->err);
    if (!root) {
        if (!assay_str_is(extension, ".jsonl"))
            assay_fail_in(in->err, "%.*s", ASSAY_STR_ARG(file->path));
        return NULL;
    }
    if (date)
        assay_suite_note(in,
                         "%.*s:%u: a date without quotes is read as text; "
                         "promptfoo makes a time of it",
                         ASSAY_STR_ARG(file->path), (unsigned)date);
    assay_suite_add_source(in, root, file->path);
    return root;
}
