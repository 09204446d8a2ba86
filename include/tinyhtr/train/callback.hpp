// Callback: what a user hangs into a training.
#pragma once

#include "tinyhtr/data/loader.hpp"
#include "tinyhtr/io/safetensors.hpp"
#include "tinyhtr/train/training_reports.hpp"

namespace tinyhtr {

template <class T>
class Trainer;

/// Something that is told how a training goes on, and may take part in it. Override what is needed, and hand it to
/// Trainer::add; callbacks are called in the order in which they were added:
///
///     run_begins
///       for every epoch:  step_begins, step_done   for every batch
///                         validation_begins, epoch_done, epoch_closes
///     run_ends
///
/// At epoch_done the trainer's state counts the epoch as done already. What changes the training (a learning rate, an
/// average) is added before what writes about it, and ModelCheckpoint last, so that it saves all of that.
/// An exception ends the training; the last checkpoint stays, and what the network holds is as that moment left it.
template <class T>
class Callback {
 public:
  Callback() = default;
  virtual ~Callback() = default;
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;

  /// After a checkpoint was loaded, where there is one.
  virtual void run_begins(Trainer<T>&) {}
  /// The optimiser's learning rate is that of the run; what is set here holds for this step.
  virtual void step_begins(Trainer<T>&) {}
  /// The parameters have their new values, and the gradients of the step still.
  virtual void step_done(Trainer<T>&, const StepReport&, const Batch<T>&) {}
  /// May change the network for the reading of the validation words and for all epoch_done; epoch_closes undoes it.
  virtual void validation_begins(Trainer<T>&) {}
  virtual void epoch_done(Trainer<T>&, const EpochReport&) {}
  virtual void epoch_closes(Trainer<T>&) {}
  virtual void run_ends(Trainer<T>&, TrainingEnd) {}

  /// Asked before every epoch; true ends the training as TrainingEnd::early_stopping.
  virtual bool should_stop() const { return false; }

  /// Adds to a checkpoint what a resumed training needs to know: metadata or tensors under names of its own.
  virtual void save(Safetensors&) const {}
  /// Takes back what save() added. Throws FormatError where it is not there or makes no sense.
  virtual void load(const Safetensors&) {}
};

}  // namespace tinyhtr
