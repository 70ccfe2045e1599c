/*
 * Keys: where they may come from, that every spelling is struck out, and that
 * nothing of one is left in this process's memory. The keys are made up while
 * the test runs, so that no copy stands in the program itself.
 */
#define _GNU_SOURCE /* memmem, explicit_bzero, prctl */

#include "assay/secret.h"

#include "support/support.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_BYTES = 40, TEXT_BYTES = 4096 };

static const char variable[] = "ASSAY_TEST_KEY";

/* "sk-" and 37 characters that depend on the seed. */
static void make_key(char key[KEY_BYTES + 1], uint32_t seed)
{
    static const char characters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/+";

    memcpy(key, "sk-", 3);
    for (size_t i = 3; i < KEY_BYTES; i++) {
        seed = seed * 1664525 + 1013904223;
        key[i] = characters[(seed >> 16) % (sizeof characters - 1)];
    }
    key[KEY_BYTES] = '\0';
}

/* The variable holds it for this one call; its copy there is wiped. */
static struct assay_secret *secret_of(const char *key, struct assay_error *err)
{
    struct assay_secret *secret;
    char *there;

    assert_int_equal(setenv(variable, key, 1), 0);
    secret = assay_secret_from_environment(variable, err);
    there = getenv(variable);
    explicit_bzero(there, strlen(there));
    unsetenv(variable);
    return secret;
}

static struct assay_secret *new_secret(const char *key)
{
    struct assay_error err = {0};
    struct assay_secret *secret = secret_of(key, &err);

    if (!secret)
        fail_msg("%s", err.text);
    return secret;
}

static void a_key_comes_from_its_variable_and_says_only_the_name(void **state)
{
    struct assay_secret *secret = new_secret("sk-abcdefgh12345678");
    struct assay_buf header;

    assert_true(assay_str_is(assay_secret_name(secret), variable));
    assay_buf_init(&header, 100);
    assay_buf_add_c(&header, "Bearer ");
    assay_secret_reveal(secret, &header);
    assert_string_equal(header.at, "Bearer sk-abcdefgh12345678");
    assay_buf_release(&header);
    assay_secret_free(secret);
    assay_secret_free(NULL);
}

static void what_is_no_key_is_refused_without_being_shown(void **state)
{
    static const struct {
        const char *value;
        enum assay_code code;
        const char *words;
    } cases[] = {
        {"", ASSAY_NOT_FOUND, "ASSAY_TEST_KEY is empty"},
        {"sk-canary\n", ASSAY_BAD_INPUT, "at byte 10 of 10"},
        {"sk-canary\r\nX-Admin: 1", ASSAY_BAD_INPUT, "at byte 10 of 21"},
        {" sk-canary", ASSAY_BAD_INPUT, "at byte 1 of 10"},
        {"sk-canary\x7f", ASSAY_BAD_INPUT, "at byte 10 of 10"},
        {"sk-canary\xe2\x80\x8b", ASSAY_BAD_INPUT, "at byte 10 of 12"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct assay_error err = {0};

        assert_null(secret_of(cases[i].value, &err));
        assert_int_equal(err.code, cases[i].code);
        if (!strstr(err.text, cases[i].words))
            fail_msg("'%s' lacks '%s'", err.text, cases[i].words);
        assert_null(strstr(err.text, "canary"));
    }
}

static void a_variable_that_is_not_set_is_named(void **state)
{
    struct assay_error err = {0};

    assert_null(assay_secret_from_environment("ASSAY_TEST_NO_KEY", &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
    assert_string_equal(err.text,
                        "ASSAY_TEST_NO_KEY is not set, expected a key in it");
}

static void a_key_has_at_most_4096_bytes(void **state)
{
    char key[4096 + 2];
    struct assay_error err = {0};
    struct assay_secret *secret;

    memset(key, 'k', sizeof key);
    key[4096] = '\0';
    secret = secret_of(key, &err);
    assert_non_null(secret);
    assay_secret_free(secret);
    key[4096] = 'k';
    key[4097] = '\0';
    assert_null(secret_of(key, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
}

static void a_file_is_read_when_only_its_owner_can(void **state)
{
    static const struct {
        const char *text;
        mode_t mode;
        const char *key;   /* NULL: refused */
        const char *words; /* of the error */
    } cases[] = {
        {"sk-from-a-file\n", 0600, "sk-from-a-file", NULL},
        {"sk-from-a-file\r\nsecond line\n", 0400, "sk-from-a-file", NULL},
        {"sk-from-a-file", 0600, "sk-from-a-file", NULL},
        {"sk-from-a-file\n", 0640, NULL, "mode 640"},
        {"sk-from-a-file\n", 0604, NULL, "mode 604"},
        {"\nsk-from-a-file\n", 0600, NULL, "is empty"},
        {"", 0600, NULL, "is empty"},
        {"sk from a file\n", 0600, NULL, "at byte 3 of 14"},
    };
    char path[] = "/tmp/assay-key-XXXXXX";
    int file = mkstemp(path);

    assert_true(file >= 0);
    close(file);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct assay_error err = {0};
        struct assay_secret *secret;
        struct assay_buf shown;
        FILE *out;

        assert_int_equal(chmod(path, 0600), 0);
        out = fopen(path, "w");
        assert_non_null(out);
        fputs(cases[i].text, out);
        fclose(out);
        assert_int_equal(chmod(path, cases[i].mode), 0);
        secret = assay_secret_from_file(path, &err);
        assert_int_equal(secret != NULL, cases[i].key != NULL);
        if (!secret) {
            if (!strstr(err.text, cases[i].words))
                fail_msg("'%s' lacks '%s'", err.text, cases[i].words);
            assert_null(strstr(err.text, "from"));
            continue;
        }
        assay_buf_init(&shown, 100);
        assay_secret_reveal(secret, &shown);
        assert_string_equal(shown.at, cases[i].key);
        assay_buf_release(&shown);
        assay_secret_free(secret);
    }
    unlink(path);
}

static void a_folder_and_a_missing_file_hold_no_key(void **state)
{
    struct assay_error err = {0};

    assert_null(assay_secret_from_file("/tmp", &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_null(assay_secret_from_file("/tmp/assay-no-such-file", &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
}

/* ------------------------------------------------------- striking out */

/* Each writes one spelling of the key behind what is in the text. */

static void spell_raw(struct assay_buf *out, const char *key)
{
    assay_buf_add_c(out, key);
}

static void spell_hex(struct assay_buf *out, const char *key)
{
    for (; *key; key++)
        assay_buf_printf(out, "%02x", (unsigned char)*key);
}

static void spell_upper_hex(struct assay_buf *out, const char *key)
{
    for (; *key; key++)
        assay_buf_printf(out, "%02X", (unsigned char)*key);
}

/* As a query writes it: only what must be escaped is. */
static void spell_query(struct assay_buf *out, const char *key)
{
    for (; *key; key++)
        if (strchr("+/", *key))
            assay_buf_printf(out, "%%%02X", (unsigned char)*key);
        else
            assay_buf_add_char(out, *key);
}

static void spell_percent(struct assay_buf *out, const char *key)
{
    for (; *key; key++)
        assay_buf_printf(out, "%%%02x", (unsigned char)*key);
}

/* As PHP writes JSON: a stroke before each slash. */
static void spell_slashes(struct assay_buf *out, const char *key)
{
    for (; *key; key++) {
        if (*key == '/')
            assay_buf_add_char(out, '\\');
        assay_buf_add_char(out, *key);
    }
}

static void spell_unicode(struct assay_buf *out, const char *key)
{
    for (; *key; key++)
        assay_buf_printf(out, "\\u%04X", (unsigned char)*key);
}

static void spell_mixed(struct assay_buf *out, const char *key)
{
    for (size_t i = 0; key[i]; i++)
        if (i % 3 == 0)
            assay_buf_printf(out, "%%%02x", (unsigned char)key[i]);
        else if (i % 3 == 1)
            assay_buf_printf(out, "\\u00%02x", (unsigned char)key[i]);
        else
            assay_buf_add_char(out, key[i]);
}

/* In base64 behind so many other bytes, as in "user:key". */
static void spell_base64_after(struct assay_buf *out, const char *key,
                               const char *before, bool url)
{
    char plain[128], code[256];

    snprintf(plain, sizeof plain, "%s%s!", before, key);
    EVP_EncodeBlock((unsigned char *)code, (unsigned char *)plain,
                    (int)strlen(plain));
    for (char *c = code; url && *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    assay_buf_add_c(out, code);
}

static void spell_base64(struct assay_buf *out, const char *key)
{
    spell_base64_after(out, key, "", false);
}

static void spell_base64_one_later(struct assay_buf *out, const char *key)
{
    spell_base64_after(out, key, ":", false);
}

static void spell_base64_two_later(struct assay_buf *out, const char *key)
{
    spell_base64_after(out, key, "u:", false);
}

static void spell_base64_for_urls(struct assay_buf *out, const char *key)
{
    spell_base64_after(out, key, "user:", true);
}

static const struct {
    const char *name;
    void (*spell)(struct assay_buf *out, const char *key);
} spellers[] = {
    {"raw", spell_raw},
    {"hex", spell_hex},
    {"upper hex", spell_upper_hex},
    {"query", spell_query},
    {"percent", spell_percent},
    {"slashes", spell_slashes},
    {"unicode", spell_unicode},
    {"mixed", spell_mixed},
    {"base64", spell_base64},
    {"base64 one later", spell_base64_one_later},
    {"base64 two later", spell_base64_two_later},
    {"base64 for URLs", spell_base64_for_urls},
};

/* What is left when one spelling stands between two words, twice. */
static void check_spelling(size_t which, const char *key)
{
    struct assay_arena arena = {0};
    struct assay_buf text;
    struct assay_str struck;
    size_t left = 0;

    assay_buf_init(&text, TEXT_BYTES);
    assay_buf_add_c(&text, "{\"error\":\"bad key \xc3\xa9 ");
    spellers[which].spell(&text, key);
    assay_buf_add_c(&text, " sk- and ");
    spellers[which].spell(&text, key);
    assay_buf_add_c(&text, "\"}");
    assert_false(text.failed);
    struck = assay_secret_strike(&arena, assay_buf_str(&text));
    if (!assay_str_starts(struck, "{\"error\":\"bad key \xc3\xa9 ") ||
        !assay_str_ends(struck, "\"}") ||
        !assay_str_contains(struck, " sk- and "))
        fail_msg("%s: '%.*s'", spellers[which].name, ASSAY_STR_ARG(struck));
    for (size_t i = 0; i + 5 <= struck.len; i++)
        left += memcmp(struck.at + i, "[key]", 5) == 0;
    if (left != 2 || struck.len > 72) /* ends of base64 stay */
        fail_msg("%s: '%.*s'", spellers[which].name, ASSAY_STR_ARG(struck));
    assay_buf_release(&text);
    assay_arena_free(&arena);
}

static void every_spelling_of_a_key_is_struck_out(void **state)
{
    for (uint32_t seed = 0; seed < 50; seed++) {
        char key[KEY_BYTES + 1];
        struct assay_secret *secret;

        make_key(key, seed);
        secret = new_secret(key);
        for (size_t i = 0; i < sizeof spellers / sizeof *spellers; i++)
            check_spelling(i, key);
        assay_secret_free(secret);
    }
}

static void each_of_several_keys_is_struck_out(void **state)
{
    struct assay_arena arena = {0};
    struct assay_secret *one = new_secret("one-0123456789");
    struct assay_secret *two = new_secret("two-0123456789");
    struct assay_secret *three = new_secret("three-0123456789");
    const struct assay_str text =
        ASSAY_STR("one-0123456789two-0123456789 three-0123456789.");
    struct assay_str struck = assay_secret_strike(&arena, text);

    assert_true(assay_str_is(struck, "[key][key] [key]."));
    /* one that was given back is a text like any other */
    assay_secret_free(two);
    struck = assay_secret_strike(&arena, text);
    assert_true(assay_str_is(struck, "[key]two-0123456789 [key]."));
    assay_secret_free(one);
    assay_secret_free(three);
    struck = assay_secret_strike(&arena, text);
    assert_ptr_equal(struck.at, text.at);
    assay_arena_free(&arena);
}

static void texts_without_a_key_are_handed_back_as_they_are(void **state)
{
    static const char *const texts[] = {
        "",
        "s",
        "sk-abcdefgh1234567", /* one byte is lacking */
        "sk-abcdefgh1234567\xff",
        "SK-ABCDEFGH12345678",
        "%73%6b%2",
        "\\u0073\\u006",
        "736b2d6162636465666768313233343536373",
    };
    struct assay_arena arena = {0};
    struct assay_secret *secret = new_secret("sk-abcdefgh12345678");

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct assay_str text = assay_str_c(texts[i]);

        assert_ptr_equal(assay_secret_strike(&arena, text).at, text.at);
    }
    assay_secret_free(secret);
    assay_arena_free(&arena);
}

static void words_that_stand_for_a_key_stay_in_answers(void **state)
{
    struct assay_arena arena = {0};
    struct assay_secret *secret = new_secret("EMPTY");
    struct assay_str text = ASSAY_STR("the box is EMPTY");

    assert_ptr_equal(assay_secret_strike(&arena, text).at, text.at);
    assay_secret_free(secret);
    assay_arena_free(&arena);
}

static void a_key_that_looks_like_an_escape_is_struck_out(void **state)
{
    struct assay_arena arena = {0};
    struct assay_secret *secret = new_secret("%25%41\\u0041-key\\/");
    struct assay_str struck =
        assay_secret_strike(&arena, ASSAY_STR("a %25%41\\u0041-key\\/ b"));

    assert_true(assay_str_is(struck, "a [key] b"));
    assay_secret_free(secret);
    assay_arena_free(&arena);
}

/* ------------------------------------------------------- what is left */

/*
 * How often these bytes stand in what this process can write to, but in the
 * buffer of the test that names them: heap, anonymous maps, stacks.
 */
static size_t count_in_memory(struct assay_str wanted, const char *ours)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY);
    char *chunk = malloc(1 << 20);
    char line[512];
    size_t found = 0;

    assert_non_null(maps);
    assert_true(memory >= 0);
    while (fgets(line, sizeof line, maps)) {
        char *end;
        uintptr_t from = strtoull(line, &end, 16);
        uintptr_t to = *end == '-' ? strtoull(end + 1, &end, 16) : 0;

        if (strncmp(end, " rw", 3) != 0 || to - from > (size_t)1 << 30)
            continue; /* not ours to write, or a sanitizer's shadow */
        for (uintptr_t at = from; at < to;) {
            size_t step = to - at < 1 << 20 ? to - at : 1 << 20;
            ssize_t got = pread(memory, chunk, step, (off_t)at);
            const char *hit = chunk;

            if (got <= 0)
                break;
            while ((hit = memmem(hit, (size_t)(chunk + got - hit), wanted.at,
                                 wanted.len)) != NULL) {
                uintptr_t place = at + (size_t)(hit - chunk);

                found += place != (uintptr_t)ours &&
                         (place < (uintptr_t)chunk ||
                          place >= (uintptr_t)chunk + (1 << 20));
                hit++;
            }
            at += (size_t)got;
        }
    }
    explicit_bzero(chunk, 1 << 20);
    free(chunk);
    close(memory);
    fclose(maps);
    return found;
}

static void no_byte_of_a_key_is_left_when_it_is_given_back(void **state)
{
    struct assay_arena arena = {0};
    char key[KEY_BYTES + 1];
    struct assay_str middle = {key + 3, KEY_BYTES - 3};
    struct assay_secret *secret;
    struct assay_buf text;

    make_key(key, 4711);
    if (access("/proc/self/mem", R_OK) != 0)
        assay_test_skip("/proc/self/mem cannot be read here");
    secret = new_secret(key);
    assert_true(count_in_memory(middle, middle.at) >= 1);
    assay_buf_init(&text, TEXT_BYTES);
    assay_buf_add_c(&text, "Bearer ");
    assay_secret_reveal(secret, &text);
    assay_secret_strike(&arena, assay_buf_str(&text));
    explicit_bzero(text.at, text.size);
    assay_buf_release(&text);
    assay_secret_free(secret);
    assert_int_equal(count_in_memory(middle, middle.at), 0);
    assay_arena_free(&arena);
}

static void no_core_is_written_while_a_key_exists(void **state)
{
    struct rlimit before, during, after;
    int dumpable = prctl(PR_GET_DUMPABLE);
    struct assay_secret *one, *two;

    assert_int_equal(getrlimit(RLIMIT_CORE, &before), 0);
    one = new_secret("one-0123456789");
    two = new_secret("two-0123456789");
    assay_secret_free(one);
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
    assert_int_equal(getrlimit(RLIMIT_CORE, &during), 0);
    assert_int_equal(during.rlim_cur, 0);
    assay_secret_free(two);
    assert_int_equal(prctl(PR_GET_DUMPABLE), dumpable);
    assert_int_equal(getrlimit(RLIMIT_CORE, &after), 0);
    assert_int_equal(after.rlim_cur, before.rlim_cur);
}

/* The page of a key is marked as one that no core file holds ("dd"). */
static void the_page_of_a_key_is_left_out_of_cores(void **state)
{
    struct assay_secret *secret = new_secret("sk-abcdefgh12345678");
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[512];
    size_t pages = 0;

    while (maps && fgets(line, sizeof line, maps))
        pages += strncmp(line, "VmFlags:", 8) == 0 && strstr(line, " dd") &&
                 strstr(line, " wr");
    assay_secret_free(secret);
    if (!maps)
        assay_test_skip("/proc/self/smaps cannot be read here");
    fclose(maps);
    assert_true(pages >= 1);
}

static void *come_and_go(void *context)
{
    for (size_t i = 0; i < 200; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_secret *secret =
            assay_secret_from_environment(variable, &err);
        struct assay_str struck;

        struck = assay_secret_strike(&arena, ASSAY_STR("a shared-key-0123 b"));
        *(bool *)context |= !secret || !assay_str_is(struck, "a [key] b");
        assay_secret_free(secret);
        assay_arena_free(&arena);
    }
    return NULL;
}

static void keys_come_and_go_in_several_threads(void **state)
{
    pthread_t threads[4];
    bool wrong[4] = {false};

    assert_int_equal(setenv(variable, "shared-key-0123", 1), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, come_and_go, &wrong[i]), 0);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_false(wrong[i]);
    }
    unsetenv(variable);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_comes_from_its_variable_and_says_only_the_name),
        cmocka_unit_test(what_is_no_key_is_refused_without_being_shown),
        cmocka_unit_test(a_variable_that_is_not_set_is_named),
        cmocka_unit_test(a_key_has_at_most_4096_bytes),
        cmocka_unit_test(a_file_is_read_when_only_its_owner_can),
        cmocka_unit_test(a_folder_and_a_missing_file_hold_no_key),
        cmocka_unit_test(every_spelling_of_a_key_is_struck_out),
        cmocka_unit_test(each_of_several_keys_is_struck_out),
        cmocka_unit_test(texts_without_a_key_are_handed_back_as_they_are),
        cmocka_unit_test(words_that_stand_for_a_key_stay_in_answers),
        cmocka_unit_test(a_key_that_looks_like_an_escape_is_struck_out),
        cmocka_unit_test(no_byte_of_a_key_is_left_when_it_is_given_back),
        cmocka_unit_test(no_core_is_written_while_a_key_exists),
        cmocka_unit_test(the_page_of_a_key_is_left_out_of_cores),
        cmocka_unit_test(keys_come_and_go_in_several_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
