/**
 * @file Numbers as Python writes them, for file names like `{epoch:02d}-{val_loss:.2f}` and for tables that are read next to Keras's:
 * the part of Python's format language that numbers have. Rounding is exact, ties go to the even digit.
 */

import { describe, fail } from '../base/fail.ts';

/** Digits behind the first that are looked at: no tie between two decimals hides behind as many. */
const exactDigits = 100;

/** x as a whole number times a power of ten. */
function decimalOf(x: number): { digits: bigint; exponent: number } {
  if (Number.isInteger(x)) return { digits: BigInt(x), exponent: 0 };
  const [mantissa, exponent] = x.toExponential(exactDigits).split('e') as [string, string];
  return { digits: BigInt(mantissa.replace('.', '')), exponent: Number(exponent) - exactDigits };
}

/** digits·10^−shift as a whole number, ties to even. */
function rounded(digits: bigint, shift: number): bigint {
  if (shift <= 0) return digits * 10n ** BigInt(-shift);
  const unit = 10n ** BigInt(shift);
  const [whole, rest] = [digits / unit, digits % unit];
  const isUp = rest * 2n > unit || (rest * 2n === unit && whole % 2n === 1n);
  return isUp ? whole + 1n : whole;
}

/** A number >= 0 with so many decimals, as `%.nf` writes it. */
export function fixed(x: number, decimals: number): string {
  const { digits, exponent } = decimalOf(x);
  const text = rounded(digits, -exponent - decimals)
    .toString()
    .padStart(decimals + 1, '0');
  return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}

/** A number >= 0 rounded to so many decimals behind its first digit: its digits and its exponent. */
function scientific(x: number, decimals: number): { digits: string; exponent: number } {
  const { digits, exponent } = decimalOf(x);
  if (x === 0) return { digits: '0'.repeat(decimals + 1), exponent: 0 };
  const length = digits.toString().length;
  const text = rounded(digits, length - 1 - decimals).toString();
  const carry = text.length - (decimals + 1);
  return { digits: text.slice(0, decimals + 1), exponent: exponent + length - 1 + carry };
}

function withExponent(digits: string, exponent: number): string {
  const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return `${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${power}`;
}

function general(x: number, precision: number): string {
  const { digits, exponent } = scientific(x, precision - 1);
  if (exponent < -4 || exponent >= precision) return withExponent(digits.replace(/0+$/, '') || '0', exponent);
  const text = fixed(x, precision - 1 - exponent);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `repr` of a float: the shortest text that reads back as the same number, `1.0`, `1e-05`, `nan`, `inf`. */
export function pythonFloat(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf';
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  const [mantissa, exponent] = Math.abs(x).toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= 16) return sign + withExponent(mantissa.replace('.', ''), power);
  const text = fixed(Math.abs(x), Math.max(1, mantissa.replace('.', '').length - 1 - power));
  return sign + text;
}

const specPattern = /^(?:(.)?([<>=^]))?([ +-])?(0)?(\d+)?(,)?(?:\.(\d+))?([deEfFgG%])?$/u;

/** Whether a text is a format for numbers that {@link formatNumber} knows. */
export function isNumberFormat(spec: string): boolean {
  return specPattern.test(spec);
}

/**
 * A number in one of Python's formats: `02d`, `.2f`, `>8.3e`, `g`, `+.1%`.
 *
 * @param isWhole whether Python would have an integer there, which matters where the format has no letter
 * @throws MyelinError when the format is none for numbers, or asks for an integer where there is none
 */
export function formatNumber(where: string, value: number, spec: string, isWhole: boolean): string {
  const parts = specPattern.exec(spec);
  if (!parts) return fail(where, 'a format such as `02d`, `.2f`, `.3e` or `g`', describe(spec));
  const [, fill, align, signs = '-', zero, width = '0', comma, precision, type] = parts;
  if (type === 'd' && !isWhole)
    fail(where, 'an integer for the format `d`', String(value), 'use `.2f`, `.3e` or `g` for numbers with decimals.');
  const size = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : signs === '-' ? '' : signs;
  let body = bodyOf(size, precision === undefined ? undefined : Number(precision), type, isWhole);
  if (comma) body = body.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));
  const room = Math.max(0, Number(width) - sign.length - [...body].length);
  const padding = (fill ?? (zero ? '0' : ' ')).repeat(room);
  const side = align ?? (zero ? '=' : '>');
  if (side === '=') return sign + padding + body;
  if (side === '<') return sign + body + padding;
  if (side === '>') return padding + sign + body;
  const left = Math.floor(room / 2);
  return padding.slice(0, left) + sign + body + padding.slice(left);
}

function bodyOf(size: number, precision: number | undefined, type: string | undefined, isWhole: boolean): string {
  const isUpper = type !== undefined && 'EFG'.includes(type);
  if (!Number.isFinite(size)) {
    const text = (Number.isNaN(size) ? 'nan' : 'inf') + (type === '%' ? '%' : '');
    return isUpper ? text.toUpperCase() : text;
  }
  const text = ((): string => {
    switch (type?.toLowerCase()) {
      case 'd':
        return fixed(size, 0);
      case 'f':
        return fixed(size, precision ?? 6);
      case '%':
        return Number.isFinite(size * 100) ? `${fixed(size * 100, precision ?? 6)}%` : 'inf%';
      case 'e': {
        const { digits, exponent } = scientific(size, precision ?? 6);
        return withExponent(digits, exponent);
      }
      case 'g':
        return general(size, Math.max(1, precision ?? 6));
      default:
        if (precision !== undefined) return withPoint(size, Math.max(1, precision));
        return isWhole ? fixed(size, 0) : pythonFloat(size);
    }
  })();
  return isUpper ? text.toUpperCase() : text;
}

/** As `g`, but a float keeps a decimal, and its point one digit more: what Python does where the format has a precision and no letter. */
function withPoint(size: number, precision: number): string {
  const { digits, exponent } = scientific(size, precision - 1);
  if (exponent >= precision - 1) return withExponent(digits.replace(/0+$/, '') || '0', exponent);
  const text = general(size, precision);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
