/**
 * @file Powers that a step count raises, kept by multiplication, because engines differ in `Math.pow`. A count that was restored, or that a
 * failed run left behind, starts over: the same multiplications give the same bits.
 */

/** base, base², base³, … */
export class RunningPower {
  readonly #base: number;
  #exponent = 0;
  #value = 1;

  constructor(base: number) {
    this.#base = base;
  }

  /** base to the power of a whole number >= 0; quick when it is the last one or the next. */
  at(exponent: number): number {
    if (exponent < this.#exponent) {
      this.#exponent = 0;
      this.#value = 1;
    }
    for (; this.#exponent < exponent; this.#exponent++) this.#value *= this.#base;
    return this.#value;
  }
}
