/**
 * @file How long a thread looks at a word before it goes to sleep.
 *
 * On free cores looking is what makes a barrier cost a fraction of a microsecond. But when the thread that is waited for has
 * no core, perhaps because the waiter occupies it, every look delays it. A thread cannot ask which is the case, so it
 * learns: the limit halves whenever looking was in vain and grows while it pays; now and then the full limit is tried again.
 */

/** The state of a thread: the present limit, and how often it has slept. */
const LIMIT: i32 = 0;
const SLEEPS: i32 = 4;

/** The shortest limit: about as long as going to sleep takes. */
const SHORTEST: i32 = 2_000;
/** Every so many sleeps the full limit is tried. */
const RETRY: i32 = 32;

/** Looks at `word` until it differs from `value`; false when it is time to sleep instead. */
export function spin(word: usize, value: i32, state: usize, most: i32): bool {
  const isRetry = load<i32>(state, SLEEPS) % RETRY == 0;
  const limit = isRetry ? most : min(load<i32>(state, LIMIT), most);
  for (let i = 0; i < limit; i++) {
    if (atomic.load<i32>(word) != value) {
      if (isRetry) {
        store<i32>(state, most, LIMIT);
      } else if (limit < most) store<i32>(state, limit + (limit >> 3), LIMIT);
      return true;
    }
  }
  store<i32>(state, max(SHORTEST, limit >> 1), LIMIT);
  store<i32>(state, load<i32>(state, SLEEPS) + 1, SLEEPS);
  return false;
}
