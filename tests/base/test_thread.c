/* SPDX-License-Identifier: MIT */
#include "suites.h"

#include <signal.h>
#include <time.h>

struct tally {
    atomic_int seen[1000];
    atomic_int running, most;
    pthread_t caller;
    atomic_int by_caller, signals_open;
};

static void count(uint32_t i, void *user)
{
    const struct timespec pause = {0, 20000};
    struct tally *tally = user;
    const int now = atomic_fetch_add(&tally->running, 1) + 1;
    int most = atomic_load(&tally->most);
    while (now > most && !atomic_compare_exchange_weak(&tally->most, &most, now)) {
    }
    atomic_fetch_add(&tally->seen[i], 1);
    if (pthread_equal(pthread_self(), tally->caller)) {
        atomic_fetch_add(&tally->by_caller, 1);
    } else {
        sigset_t mask;
        pthread_sigmask(SIG_SETMASK, NULL, &mask);
        atomic_fetch_add(&tally->signals_open, !sigismember(&mask, SIGTERM));
    }
    nanosleep(&pause, NULL);
    atomic_fetch_sub(&tally->running, 1);
}

static void parallel__does_each_index_once(void **state)
{
    static const uint32_t threads[] = {0, 1, 2, 7, 64, 1000, UINT32_MAX};
    static const uint32_t sizes[] = {0, 1, 2, 63, 1000};
    (void)state;
    for (size_t t = 0; t < FOV_COUNT(threads); t++) {
        for (size_t s = 0; s < FOV_COUNT(sizes); s++) {
            static struct tally tally;
            memset(&tally, 0, sizeof(tally));
            tally.caller = pthread_self();
            fov__parallel(threads[t], sizes[s], count, &tally);
            for (uint32_t i = 0; i < 1000; i++)
                assert_int_equal(atomic_load(&tally.seen[i]), i < sizes[s]);
            assert_int_equal(atomic_load(&tally.running), 0); /* all are done */
            assert_in_range(atomic_load(&tally.most), 0, threads[t] > 64 ? 64 : threads[t] + 1);
            if (threads[t] <= 1)
                assert_int_equal(atomic_load(&tally.by_caller), sizes[s]);
            assert_int_equal(atomic_load(&tally.signals_open), 0);
        }
    }
}

static void parallel__really_has_several_threads(void **state)
{
    static struct tally tally;
    sigset_t before, after;
    (void)state;
    memset(&tally, 0, sizeof(tally));
    tally.caller = pthread_self();
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    fov__parallel(4, 1000, count, &tally);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_in_range(atomic_load(&tally.most), 2, 4);
    assert_in_range(atomic_load(&tally.by_caller), 1, 999);
    assert_int_equal(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
}

static void nest(uint32_t i, void *user)
{
    fov__parallel(3, 10, count, (struct tally *)user + i);
}

static void parallel__may_be_nested(void **state)
{
    static struct tally tally[4];
    (void)state;
    memset(tally, 0, sizeof(tally));
    fov__parallel(2, 4, nest, tally);
    for (int t = 0; t < 4; t++) {
        for (int i = 0; i < 10; i++)
            assert_int_equal(atomic_load(&tally[t].seen[i]), 1);
    }
}

int suite_thread(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parallel__does_each_index_once),
        cmocka_unit_test(parallel__really_has_several_threads),
        cmocka_unit_test(parallel__may_be_nested),
    };
    return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
