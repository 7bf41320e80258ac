/** @file The layers room: one line per layer. */

export { Activation, type ActivationOptions } from './activation.ts';
export type { ActivationConfig, ActivationFunction, ActivationSpec } from './activations.ts';
export { ActivityRegularization, type ActivityRegularizationOptions } from './activity-regularization.ts';
export { Add } from './add.ts';
export { AdditiveAttention, type AdditiveAttentionOptions } from './additive-attention.ts';
export type { AffineOptions } from './affine.ts';
export { AlphaDropout, type AlphaDropoutOptions } from './alpha-dropout.ts';
export { Attention, type AttentionOptions } from './attention.ts';
export { Average } from './average.ts';
export { AveragePooling1D, type AveragePooling1DOptions } from './average-pooling-1d.ts';
export { AveragePooling2D, type AveragePooling2DOptions } from './average-pooling-2d.ts';
export { AveragePooling3D, type AveragePooling3DOptions } from './average-pooling-3d.ts';
export { BatchNormalization, type BatchNormalizationOptions } from './batch-normalization.ts';
export { Bidirectional, type BidirectionalOptions, type MergeMode } from './bidirectional.ts';
export { CategoryEncoding, type CategoryEncodingOptions } from './category-encoding.ts';
export { CenterCrop, type CenterCropOptions } from './center-crop.ts';
export { Concatenate, type ConcatenateOptions } from './concatenate.ts';
export { Conv1D, type Conv1DOptions } from './conv-1d.ts';
export { Conv1DTranspose, type Conv1DTransposeOptions } from './conv-1d-transpose.ts';
export { Conv2D, type Conv2DOptions } from './conv-2d.ts';
export { Conv2DTranspose, type Conv2DTransposeOptions } from './conv-2d-transpose.ts';
export { Conv3D, type Conv3DOptions } from './conv-3d.ts';
export { Cropping1D, type Cropping1DOptions } from './cropping-1d.ts';
export { Cropping2D, type Cropping2DOptions } from './cropping-2d.ts';
export { Dense, type DenseOptions } from './dense.ts';
export { DepthwiseConv1D, type DepthwiseConv1DOptions } from './depthwise-conv-1d.ts';
export { DepthwiseConv2D, type DepthwiseConv2DOptions } from './depthwise-conv-2d.ts';
export { Discretization, type DiscretizationOptions } from './discretization.ts';
export { Dot, type DotOptions } from './dot.ts';
export { Dropout, type DropoutOptions } from './dropout.ts';
export { ELU, type ELUOptions } from './elu.ts';
export { Embedding, type EmbeddingOptions } from './embedding.ts';
export { Flatten } from './flatten.ts';
export { GaussianDropout, type GaussianDropoutOptions } from './gaussian-dropout.ts';
export { GaussianNoise, type GaussianNoiseOptions } from './gaussian-noise.ts';
export { GlobalAveragePooling1D, type GlobalAveragePooling1DOptions } from './global-average-pooling-1d.ts';
export { GlobalAveragePooling2D, type GlobalAveragePooling2DOptions } from './global-average-pooling-2d.ts';
export { GlobalMaxPooling1D, type GlobalMaxPooling1DOptions } from './global-max-pooling-1d.ts';
export { GlobalMaxPooling2D, type GlobalMaxPooling2DOptions } from './global-max-pooling-2d.ts';
export { GroupNormalization, type GroupNormalizationOptions } from './group-normalization.ts';
export { GRU, type GRUOptions } from './gru.ts';
export { Identity } from './identity.ts';
export type { FactorOption, RandomImageOptions, SamplingOptions } from './image/random-images.ts';
export { IntegerLookup, type IntegerLookupOptions } from './integer-lookup.ts';
export { Lambda, type LambdaOptions } from './lambda.ts';
export {
  type ApplyOptions,
  type CallContext,
  Layer,
  type LayerOptions,
  type Mask,
  type Nodes,
  type Shapes,
  type WeightOptions,
} from './layer.ts';
export { LayerNormalization, type LayerNormalizationOptions } from './layer-normalization.ts';
export { LeakyReLU, type LeakyReLUOptions } from './leaky-relu.ts';
export type { IntegerData, Nested } from './lookup/rows.ts';
export type { SplitMode, StandardizeMode } from './lookup/text.ts';
export type { LookupMode } from './lookup/token-table.ts';
export type { VocabularyOptions } from './lookup/vocabulary-layer.ts';
export { LSTM, type LSTMOptions } from './lstm.ts';
export { Masking, type MaskingOptions } from './masking.ts';
export { MaxPooling1D, type MaxPooling1DOptions } from './max-pooling-1d.ts';
export { MaxPooling2D, type MaxPooling2DOptions } from './max-pooling-2d.ts';
export { MaxPooling3D, type MaxPooling3DOptions } from './max-pooling-3d.ts';
export { Maximum } from './maximum.ts';
export { Maxout, type MaxoutOptions } from './maxout.ts';
export { Minimum } from './minimum.ts';
export { MultiHeadAttention, type MultiHeadAttentionOptions } from './multi-head-attention.ts';
export { Multiply } from './multiply.ts';
export { Normalization, type NormalizationOptions } from './normalization.ts';
export type { AxisSpec } from './normalized-axes.ts';
export { Permute, type PermuteOptions } from './permute.ts';
export { PReLU, type PReLUOptions } from './prelu.ts';
export { RandomBrightness, type RandomBrightnessOptions } from './random-brightness.ts';
export { RandomContrast, type RandomContrastOptions } from './random-contrast.ts';
export { RandomCrop, type RandomCropOptions } from './random-crop.ts';
export { type FlipMode, RandomFlip, type RandomFlipOptions } from './random-flip.ts';
export { RandomRotation, type RandomRotationOptions } from './random-rotation.ts';
export { RandomTranslation, type RandomTranslationOptions } from './random-translation.ts';
export { RandomZoom, type RandomZoomOptions } from './random-zoom.ts';
export { RandomizedReLU, type RandomizedReLUOptions } from './randomized-relu.ts';
export type { Json, LayerEntry, LayerRecord, NetworkRecord, RecordWriter, TensorRecord } from './record.ts';
export type { CustomObject } from './record-reader.ts';
export type { Recurrent, RecurrentLayerOptions } from './recurrent.ts';
export { ReLU, type ReLUOptions } from './relu.ts';
export { RepeatVector, type RepeatVectorOptions } from './repeat-vector.ts';
export { Rescaling, type RescalingOptions } from './rescaling.ts';
export { Reshape, type ReshapeOptions } from './reshape.ts';
export { Resizing, type ResizingOptions } from './resizing.ts';
export { RMSNormalization, type RMSNormalizationOptions } from './rms-normalization.ts';
export type { ScoredAttentionOptions } from './scored-attention.ts';
export { SeparableConv1D, type SeparableConv1DOptions } from './separable-conv-1d.ts';
export { SeparableConv2D, type SeparableConv2DOptions } from './separable-conv-2d.ts';
export { SimpleRNN, type SimpleRNNOptions } from './simple-rnn.ts';
export { Softmax, type SoftmaxOptions } from './softmax.ts';
export { SpatialDropout1D, type SpatialDropout1DOptions } from './spatial-dropout-1d.ts';
export { SpatialDropout2D, type SpatialDropout2DOptions } from './spatial-dropout-2d.ts';
export { StringLookup, type StringLookupOptions } from './string-lookup.ts';
export { Subtract } from './subtract.ts';
export { Swish, type SwishOptions } from './swish.ts';
export { type Connection, type InputOptions, input, SymbolicTensor } from './symbolic.ts';
export { TextVectorization, type TextVectorizationOptions } from './text-vectorization.ts';
export { TimeDistributed, type TimeDistributedOptions } from './time-distributed.ts';
export type { EncodingMode } from './token-encoding.ts';
export { UnitNormalization, type UnitNormalizationOptions } from './unit-normalization.ts';
export { UpSampling1D, type UpSampling1DOptions } from './up-sampling-1d.ts';
export { UpSampling2D, type UpSampling2DOptions } from './up-sampling-2d.ts';
export { ZeroPadding1D, type ZeroPadding1DOptions } from './zero-padding-1d.ts';
export { ZeroPadding2D, type ZeroPadding2DOptions } from './zero-padding-2d.ts';
