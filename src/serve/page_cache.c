/*
 * The page cache: a table of chains and a list in order of use, under one
 * lock. In practice a few hundred pages, and the lock is held for the length
 * of one look into the table, some 100 ns.
 */
#include "serve/page_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHAINS = 4096,
    /* What a page weighs besides its body: headers twice, the entry. */
    PAGE_OVERHEAD_BYTES = 4096,
    LARGEST_SHARE = 4, /* no page may take more than this part of all */
};

struct entry {
    struct entry *next;          /* in its chain */
    struct entry *newer, *older; /* by use */
    struct assay_served *page;
    uint64_t hash;
    size_t weight;
    struct assay_str key;
    char text[]; /* of the key */
};

struct assay_page_cache {
    pthread_mutex_t lock;
    struct entry *chains[CHAINS];
    struct entry *newest, *oldest;
    struct assay_page_cache_counts counts;
    size_t max_bytes;
};

struct assay_page_cache *assay_page_cache_new(size_t max_bytes)
{
    struct assay_page_cache *cache = calloc(1, sizeof *cache);

    if (!cache)
        return NULL;
    pthread_mutex_init(&cache->lock, NULL);
    cache->max_bytes = max_bytes;
    return cache;
}

/* ------------------------------------------------------- the two orders */

static void take_from_list(struct assay_page_cache *cache, struct entry *entry)
{
    if (entry->newer)
        entry->newer->older = entry->older;
    else
        cache->newest = entry->older;
    if (entry->older)
        entry->older->newer = entry->newer;
    else
        cache->oldest = entry->newer;
}

static void put_newest(struct assay_page_cache *cache, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = cache->newest;
    if (cache->newest)
        cache->newest->newer = entry;
    else
        cache->oldest = entry;
    cache->newest = entry;
}

/* The pointer that points to the entry of this key, or to NULL. */
static struct entry **place_of(struct assay_page_cache *cache,
                               struct assay_str key, uint64_t hash)
{
    struct entry **at = &cache->chains[hash % CHAINS];

    while (*at && ((*at)->hash != hash || !assay_str_equal((*at)->key, key)))
        at = &(*at)->next;
    return at;
}

static void remove_at(struct assay_page_cache *cache, struct entry **at)
{
    struct entry *entry = *at;

    *at = entry->next;
    take_from_list(cache, entry);
    cache->counts.bytes -= entry->weight;
    cache->counts.entries--;
    assay_served_let_go(entry->page);
    free(entry);
}

void assay_page_cache_free(struct assay_page_cache *cache)
{
    if (!cache)
        return;
    while (cache->oldest)
        remove_at(cache,
                  place_of(cache, cache->oldest->key, cache->oldest->hash));
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

/* ------------------------------------------------------- get and put */

struct assay_served *assay_page_cache_get(struct assay_page_cache *cache,
                                          struct assay_str key,
                                          uint64_t edition)
{
    uint64_t hash = assay_str_hash(key);
    struct assay_served *page = NULL;
    struct entry *entry;

    pthread_mutex_lock(&cache->lock);
    entry = *place_of(cache, key, hash);
    if (entry && entry->page->edition == edition) {
        page = assay_served_hold(entry->page);
        cache->counts.hits++;
        if (cache->newest != entry) {
            take_from_list(cache, entry);
            put_newest(cache, entry);
        }
    } else {
        cache->counts.misses++;
    }
    pthread_mutex_unlock(&cache->lock);
    return page;
}

static struct entry *new_entry(struct assay_str key, struct assay_served *page)
{
    struct entry *entry = calloc(1, sizeof *entry + key.len + 1);

    if (!entry)
        return NULL;
    memcpy(entry->text, key.at, key.len);
    entry->key = (struct assay_str){entry->text, key.len};
    entry->hash = assay_str_hash(key);
    entry->weight = page->body.len + key.len + PAGE_OVERHEAD_BYTES;
    entry->page = assay_served_hold(page);
    return entry;
}

void assay_page_cache_put(struct assay_page_cache *cache, struct assay_str key,
                          struct assay_served *page)
{
    struct entry *entry, **at;

    if (page->body.len > cache->max_bytes / LARGEST_SHARE)
        return;
    entry = new_entry(key, page);
    if (!entry)
        return; /* it is made again next time */
    pthread_mutex_lock(&cache->lock);
    at = place_of(cache, key, entry->hash);
    if (*at)
        remove_at(cache, at);
    while (cache->oldest &&
           cache->counts.bytes + entry->weight > cache->max_bytes) {
        remove_at(cache,
                  place_of(cache, cache->oldest->key, cache->oldest->hash));
        cache->counts.evicted++;
    }
    at = &cache->chains[entry->hash % CHAINS];
    entry->next = *at;
    *at = entry;
    put_newest(cache, entry);
    cache->counts.bytes += entry->weight;
    cache->counts.entries++;
    pthread_mutex_unlock(&cache->lock);
}

struct assay_page_cache_counts assay_page_cache_count(
    struct assay_page_cache *cache)
{
    struct assay_page_cache_counts counts;

    pthread_mutex_lock(&cache->lock);
    counts = cache->counts;
    pthread_mutex_unlock(&cache->lock);
    return counts;
}
