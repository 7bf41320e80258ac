/** @file MNIST and the data sets that come in its format. */

import { join } from 'node:path';
import { type Tensor, tensor } from 'myelin';
import { dataFolder } from './data-folder.ts';
import { readIdx } from './idx.ts';

/** The files of MNIST and its relatives: training images and labels, test images and labels. */
const idxFiles = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
] as const;

const scaled = ({ data, shape }: Tensor): Tensor =>
  tensor(
    Float32Array.from(data, (pixel) => pixel / 255),
    shape,
  );

/** Images [count, height, width] with values in [0, 1], and their labels. */
export interface LabelledImages {
  readonly images: Tensor;
  readonly labels: Tensor;
}

/**
 * The training and test images of a data set in MNIST's format.
 *
 * @param name of the data set: its folder in `.cache`
 * @param source address the files are downloaded from
 * @param folder that has the files already
 */
export async function loadIdxDataset(
  name: string,
  source: string,
  folder?: string,
): Promise<{ train: LabelledImages; test: LabelledImages }> {
  const place = await dataFolder(name, source, idxFiles, folder);
  const [trainImages, trainLabels, testImages, testLabels] = idxFiles.map((file) => readIdx(join(place, file))) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  return {
    train: { images: scaled(trainImages), labels: trainLabels },
    test: { images: scaled(testImages), labels: testLabels },
  };
}
