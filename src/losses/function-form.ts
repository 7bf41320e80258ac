/** @file Losses as plain functions of targets and predictions, for custom loops and for use within other losses and metrics. */

import type { Tensor, TensorLike } from '../base/tensor.ts';
import { tensor } from '../base/tensor.ts';
import { asNode } from '../graph/define-op.ts';
import { jit } from '../graph/jit.ts';
import { Node } from '../graph/node.ts';
import { isTracing } from '../graph/trace.ts';
import type { Loss, LossOptions } from './loss.ts';

/** A loss as a function: values per position, of nodes while tracing and of tensors computed at once. */
export interface LossForm<O extends LossOptions> {
  (yTrue: Node, yPred: Node, options?: O): Node;
  (yTrue: TensorLike, yPred: TensorLike, options?: O): Tensor;
}

/** The function form of the losses that `make` makes. */
export function functionForm<O extends LossOptions>(name: string, make: (options?: O) => Loss<O>): LossForm<O> {
  const compiled = new Map<string, ReturnType<typeof jit<Node>>>();
  const values = (loss: Loss<O>, yTrue: Node, yPred: Node): Node => loss.call(...loss.prepare(yTrue, yPred));
  const form = (yTrue: TensorLike | Node, yPred: TensorLike | Node, options?: O): Node | Tensor => {
    const loss = make(options);
    if (yTrue instanceof Node || yPred instanceof Node || isTracing()) {
      const [target, prediction] = [yTrue, yPred].map((operand) =>
        asNode(name, operand instanceof Node ? operand : tensor(operand)),
      );
      return values(loss, target!, prediction!);
    }
    const [target, prediction] = [tensor(yTrue), tensor(yPred)];
    loss.validateTargets(target, prediction.shape);
    const key = JSON.stringify(options ?? {});
    let run = compiled.get(key);
    if (!run) {
      run = jit((t: Node, p: Node) => values(loss, t, p));
      compiled.set(key, run);
    }
    return run(target, prediction);
  };
  return Object.defineProperty(form as LossForm<O>, 'name', { value: name });
}
