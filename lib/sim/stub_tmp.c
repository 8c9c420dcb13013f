#include "sim/assertion.h"
#include "sim/delay.h"
uint64_t ro_random(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t z = a * 0x9E3779B97F4A7C15u + b * 0xBF58476D1CE4E5B9u + c * 0x94D049BB133111EBu;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}
int ro_delay_check(const struct rollout_delay *d, uint32_t i, struct rollout_error *e)
{
    (void)d;
    (void)i;
    (void)e;
    return 0;
}
int64_t ro_delay_draw(const struct rollout_delay *d, uint64_t r)
{
    return d->kind == 1 ? d->a_ms + (int64_t)(r % (uint64_t)(d->b_ms - d->a_ms + 1)) : d->a_ms;
}
int ro_assertion_parse(struct ro_arena *a, struct rollout_str t, uint32_t i, const struct ro_assertion **r,
                       struct rollout_error *e)
{
    (void)a;
    (void)t;
    (void)i;
    (void)r;
    (void)e;
    return 0;
}
bool ro_assertion_needs_clock(const struct ro_assertion *a)
{
    (void)a;
    return 0;
}
bool ro_assertion_holds(const struct ro_assertion *a, const struct ro_assertion_view *v, char *b, size_t s)
{
    (void)a;
    (void)v;
    (void)b;
    (void)s;
    return 1;
}
