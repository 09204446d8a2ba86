// All of tinyhtr, for users. Library headers and tests include what they use instead.
#pragma once

#include "tinyhtr/core/error.hpp"
#include "tinyhtr/core/parallel.hpp"
#include "tinyhtr/core/random.hpp"
#include "tinyhtr/core/shape.hpp"
#include "tinyhtr/core/tensor.hpp"
#include "tinyhtr/core/version.hpp"

#include "tinyhtr/blas/gemm.hpp"

#include "tinyhtr/kernels/batch_norm.hpp"
#include "tinyhtr/kernels/conv2d.hpp"
#include "tinyhtr/kernels/ctc.hpp"
#include "tinyhtr/kernels/elementwise.hpp"
#include "tinyhtr/kernels/linear.hpp"
#include "tinyhtr/kernels/lstm.hpp"
#include "tinyhtr/kernels/softmax.hpp"

#include "tinyhtr/autograd/activations.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/autograd/backward.hpp"
#include "tinyhtr/autograd/gradient_check.hpp"
#include "tinyhtr/autograd/layout.hpp"
#include "tinyhtr/autograd/variable.hpp"

#include "tinyhtr/nn/batch_norm.hpp"
#include "tinyhtr/nn/conv2d.hpp"
#include "tinyhtr/nn/dropout.hpp"
#include "tinyhtr/nn/init.hpp"
#include "tinyhtr/nn/linear.hpp"
#include "tinyhtr/nn/lstm.hpp"
#include "tinyhtr/nn/mode.hpp"
#include "tinyhtr/nn/module.hpp"
#include "tinyhtr/nn/residual_block.hpp"

#include "tinyhtr/loss/ctc_loss.hpp"

#include "tinyhtr/optim/adam.hpp"
#include "tinyhtr/optim/clip.hpp"
#include "tinyhtr/optim/reduce_on_plateau.hpp"
#include "tinyhtr/optim/sgd.hpp"

#include "tinyhtr/image/augment.hpp"
#include "tinyhtr/image/image.hpp"
#include "tinyhtr/image/read.hpp"
#include "tinyhtr/image/resize.hpp"
#include "tinyhtr/image/write.hpp"

#include "tinyhtr/data/iam.hpp"
#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/data/sample.hpp"
#include "tinyhtr/data/split.hpp"
#include "tinyhtr/data/vocabulary.hpp"

#include "tinyhtr/decode/best_path.hpp"

#include "tinyhtr/metrics/edit_distance.hpp"
#include "tinyhtr/metrics/error_rate.hpp"

#include "tinyhtr/models/word_net.hpp"

#include "tinyhtr/io/checkpoint.hpp"
#include "tinyhtr/io/csv.hpp"
#include "tinyhtr/io/safetensors.hpp"

#include "tinyhtr/train/early_stopping.hpp"
#include "tinyhtr/train/evaluate.hpp"
#include "tinyhtr/train/interrupt.hpp"
#include "tinyhtr/train/trainer.hpp"
