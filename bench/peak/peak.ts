/**
 * @file The most 128-bit SIMD arithmetic a core can do without fused multiply-add: twelve independent chains, as many as fit
 * into the registers that V8 leaves, half multiplications and half additions, nothing loaded, nothing stored.
 * Processors differ in which of the two arrangements fills their pipelines best, so the faster one counts.
 * `one` is 1; it is a parameter because V8 13 makes a constant vector anew at each use, inside the loop, at a third of the speed.
 * A step of either is 12 multiplications and 12 additions of four lanes: 96 operations.
 */

function sum(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(e, f));
}

/** Each chain multiplies and adds in turn. */
export function alternating(steps: i32, one: f32): f32 {
  const v = f32x4.splat(one);
  let a = v,
    b = v,
    c = v,
    d = v,
    e = v,
    f = v,
    g = v,
    h = v,
    k = v,
    l = v,
    m = v,
    n = v;
  for (let i = 0; i < steps; i++) {
    a = f32x4.add(f32x4.mul(a, v), v);
    b = f32x4.add(f32x4.mul(b, v), v);
    c = f32x4.add(f32x4.mul(c, v), v);
    d = f32x4.add(f32x4.mul(d, v), v);
    e = f32x4.add(f32x4.mul(e, v), v);
    f = f32x4.add(f32x4.mul(f, v), v);
    g = f32x4.add(f32x4.mul(g, v), v);
    h = f32x4.add(f32x4.mul(h, v), v);
    k = f32x4.add(f32x4.mul(k, v), v);
    l = f32x4.add(f32x4.mul(l, v), v);
    m = f32x4.add(f32x4.mul(m, v), v);
    n = f32x4.add(f32x4.mul(n, v), v);
  }
  return f32x4.extract_lane(f32x4.add(sum(a, b, c, d, e, f), sum(g, h, k, l, m, n)), 0);
}

/** Six chains multiply, six add; twice per step, so that a step has as many operations as above. */
export function apart(steps: i32, one: f32): f32 {
  const v = f32x4.splat(one);
  let a = v,
    b = v,
    c = v,
    d = v,
    e = v,
    f = v,
    g = v,
    h = v,
    k = v,
    l = v,
    m = v,
    n = v;
  for (let i = 0; i < 2 * steps; i++) {
    a = f32x4.add(a, v);
    b = f32x4.mul(b, v);
    c = f32x4.add(c, v);
    d = f32x4.mul(d, v);
    e = f32x4.add(e, v);
    f = f32x4.mul(f, v);
    g = f32x4.add(g, v);
    h = f32x4.mul(h, v);
    k = f32x4.add(k, v);
    l = f32x4.mul(l, v);
    m = f32x4.add(m, v);
    n = f32x4.mul(n, v);
  }
  return f32x4.extract_lane(f32x4.add(sum(a, b, c, d, e, f), sum(g, h, k, l, m, n)), 0);
}
