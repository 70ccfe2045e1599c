/*
 * Links of pages that become files. The pages are our own markup, in which
 * ` href="/` only ever begins a link to an address of the site: text of a
 * catalog has no raw quotes.
 */
#include "serve/site_links.h"

#include "serve/place.h"

#include <string.h>

/* ------------------------------------------------------- names of files */

static bool is_safe(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || strchr("._~=,:@!-", c);
}

/* A segment as a folder: decoded, and nothing that leads elsewhere. */
static bool add_segment(struct assay_arena *arena, struct assay_buf *out,
                        struct assay_str segment)
{
    struct assay_error ignored = {0};
    struct assay_str name;

    if (!assay_url_decode(arena, segment, false, &name, &ignored) ||
        name.len == 0 || name.len > 200 || assay_str_starts(name, "."))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] == '/' || name.at[i] == '\\' ||
            (unsigned char)name.at[i] < ' ')
            return false;
    assay_buf_add(out, name);
    assay_buf_add_char(out, '/');
    return true;
}

/* A query as a folder: "page=2"; what a name may not hold as "_". */
static void add_query(struct assay_buf *out, struct assay_str query)
{
    for (size_t i = 0; i < query.len && i < 150; i++)
        assay_buf_add_char(out, is_safe(query.at[i]) ? query.at[i] : '_');
    if (query.len > 150)
        assay_buf_printf(out, "-%08x", (unsigned)assay_str_hash(query));
    assay_buf_add_char(out, '/');
}

static bool is_plain_file(struct assay_str path)
{
    return assay_str_ends(path, ".md") || assay_str_ends(path, ".xml") ||
           assay_str_ends(path, ".txt") || assay_str_ends(path, ".atom") ||
           assay_str_starts(path, "/assets/");
}

static bool file_of(struct assay_arena *arena, struct assay_str address,
                    struct assay_str *file)
{
    struct assay_str path = address, query = {"", 0}, segment;
    struct assay_buf out;
    bool ok = true;

    (void)assay_str_cut(address, '?', &path, &query);
    bool plain = is_plain_file(path);
    assay_buf_init(&out, 4096);
    path = assay_str_skip(path, 1);
    while (ok && path.len) {
        if (!assay_str_cut(path, '/', &segment, &path)) {
            segment = path;
            path = ASSAY_STR("");
        }
        ok = add_segment(arena, &out, segment);
    }
    if (plain) {
        out.len--; /* the slash behind the last segment */
    } else {
        if (query.len)
            add_query(&out, query);
        assay_buf_add_c(&out, "index.html");
    }
    *file = assay_arena_copy(arena, assay_buf_str(&out));
    ok = ok && !out.failed;
    assay_buf_release(&out);
    return ok;
}

/* ------------------------------------------------------- the set */

enum { SLOTS = 1 << 16 };

void assay_site_set_init(struct assay_site_set *set, struct assay_arena *arena)
{
    *set = (struct assay_site_set){.arena = arena, .slot_count = SLOTS};
    set->slots = ASSAY_NEW_ARRAY(arena, struct assay_site_file *, SLOTS);
}

const struct assay_site_file *assay_site_set_find(
    const struct assay_site_set *set, struct assay_str address)
{
    const struct assay_site_file *f =
        set->slots[assay_str_hash(address) % set->slot_count];

    while (f && !assay_str_equal(f->address, address))
        f = f->next;
    return f;
}

bool assay_site_set_add(struct assay_site_set *set, struct assay_str address)
{
    struct assay_site_file **slot =
        &set->slots[assay_str_hash(address) % set->slot_count];
    struct assay_site_file *f;

    if (assay_site_set_find(set, address))
        return true;
    f = ASSAY_NEW(set->arena, struct assay_site_file);
    f->address = assay_arena_copy(set->arena, address);
    if (!file_of(set->arena, address, &f->file))
        return false;
    f->next = *slot;
    *slot = f;
    if (set->count == set->room) {
        size_t room = set->room ? 2 * set->room : 1024;
        struct assay_site_file **wider =
            ASSAY_NEW_ARRAY(set->arena, struct assay_site_file *, room);

        if (set->count)
            memcpy(wider, set->all, set->count * sizeof *wider);
        set->all = wider;
        set->room = room;
    }
    set->all[set->count++] = f;
    return true;
}

/* ------------------------------------------------------- links */

/* "../../" from inside the file's folders to the first one. */
static void add_way_up(struct assay_buf *out, struct assay_str file)
{
    size_t from = out->len;

    for (size_t i = 0; i < file.len; i++)
        if (file.at[i] == '/')
            assay_buf_add_c(out, "../");
    if (out->len == from)
        assay_buf_add_c(out, "./");
}

/* Names of files in an address: what is no plain character as %XX. */
static void add_encoded(struct assay_buf *out, struct assay_str file)
{
    struct assay_str segment;

    while (assay_str_cut(file, '/', &segment, &file)) {
        assay_url_encode(out, segment);
        assay_buf_add_char(out, '/');
    }
    assay_url_encode(out, file);
}

/* In an attribute "&" stands as "&amp;". */
static struct assay_str unescaped(char *room, size_t size,
                                  struct assay_str link)
{
    size_t len = 0;

    for (size_t i = 0; i < link.len && len < size; i++) {
        room[len++] = link.at[i];
        if (assay_str_starts(assay_str_skip(link, i), "&amp;"))
            i += 4;
    }
    return (struct assay_str){room, len};
}

/* Writes the target of a link, or nothing: false. */
static bool add_target(struct assay_buf *out, struct assay_str link,
                       const struct assay_site_set *set,
                       const struct assay_site_file *from)
{
    char room[2048];
    struct assay_str address = unescaped(room, sizeof room, link), anchor;
    const struct assay_site_file *to;

    anchor = assay_str_skip(address, assay_str_find(address, '#'));
    address = assay_str_head(address, address.len - anchor.len);
    to = assay_site_set_find(set, address);
    if (!to)
        return false;
    add_way_up(out, from->file);
    add_encoded(out, to->file);
    assay_buf_add(out, anchor);
    return true;
}

static struct assay_str starting(struct assay_str page, const char *const *with,
                                 size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (assay_str_starts(page, with[i]))
            return assay_str_c(with[i]);
    return ASSAY_STR("");
}

/* Length up to and with `end`; 0: it does not come. */
static size_t through(struct assay_str text, const char *end)
{
    size_t len = strlen(end);

    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.at + i, end, len) == 0)
            return i + len;
    return 0;
}

/* An entry of a menu whose link has no target: "<li><a href="/x">…</li>". */
static size_t dead_entry(struct assay_str page,
                         const struct assay_site_set *set,
                         const struct assay_site_file *from)
{
    static const char opening[] = "<li><a href=\"/";
    struct assay_str link;
    struct assay_buf ignored;
    bool alive;

    if (!assay_str_starts(page, opening))
        return 0;
    link = assay_str_skip(page, sizeof opening - 2);
    link = assay_str_head(link, assay_str_find(link, '"'));
    assay_buf_init(&ignored, 8192);
    alive = add_target(&ignored, link, set, from);
    assay_buf_release(&ignored);
    return alive ? 0 : through(page, "</li>");
}

void assay_site_relink(struct assay_buf *out, struct assay_str page,
                       const struct assay_site_set *set,
                       const struct assay_site_file *file)
{
    static const char *const links[] = {" href=\"/", " src=\"/"};

    while (page.len) {
        size_t plain = 0, skip;

        /* only these two characters begin anything of interest */
        while (plain < page.len && page.at[plain] != '<' &&
               page.at[plain] != ' ')
            plain++;
        assay_buf_add(out, assay_str_head(page, plain));
        page = assay_str_skip(page, plain);
        if (page.len == 0)
            return;
        struct assay_str start = starting(page, links, 2);
        if (start.len) {
            struct assay_str link = assay_str_skip(page, start.len - 1);
            size_t before = out->len;

            link = assay_str_head(link, assay_str_find(link, '"'));
            assay_buf_add(out, assay_str_head(start, start.len - 1));
            if (add_target(out, link, set, file))
                assay_buf_add_char(out, '"');
            else
                out->len = before;
            page = assay_str_skip(page, start.len + link.len);
            continue;
        }
        skip = assay_str_starts(page, "<form") ? through(page, "</form>")
                                               : dead_entry(page, set, file);
        if (skip == 0) {
            assay_buf_add_char(out, page.at[0]);
            skip = 1;
        }
        page = assay_str_skip(page, skip);
    }
}
