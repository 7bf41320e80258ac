/**
 * @file Optional operands as type parameters: V8 does not take a test that never changes out of a loop, so loops that read an
 * optional pointer are compiled once with it and once without.
 */

/** The operand is there. */
@unmanaged
export class Present {
  @inline is(): bool { return true; }
}

/** The pointer is 0 and must not be read. */
@unmanaged
export class Absent {
  @inline is(): bool { return false; }
}
