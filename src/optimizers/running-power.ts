/**
 * @file Powers that a step count raises, kept by multiplication, because engines differ in `Math.pow`. A count that was restored, or that a
 * failed run left behind, starts over: the same multiplications give the same bits.
 */

/** base, base², base³, … */
export class RunningPower {
  readonly #base: number;
  #exponent = 0;
  readonly #value = new Float64Array(1).fill(1);

  constructor(base: number) {
    this.#base = base;
  }

  /**
   * An array with base to the power of a whole number >= 0; quick when it is the last one or the next. In an array, because as the result
   * of a call that is not inlined a number would become an object, in every step.
   */
  raised(exponent: number): Float64Array {
    if (exponent < this.#exponent) {
      this.#exponent = 0;
      this.#value[0] = 1;
    }
    for (; this.#exponent < exponent; this.#exponent++) this.#value[0]! *= this.#base;
    return this.#value;
  }
}
