// oneDNN's LSTM, in the same table as ours.
#include "kernels/lstm_algorithms.hpp"
#include "support/onednn.hpp"

namespace tinyhtr::bench {
namespace {

/// One direction over a sequence, from state zero, with the weights in the order that oneDNN likes best.
class OneDnnLstm {
 public:
  OneDnnLstm(const LstmCase& shape, const LstmData<float>& data)
      : x_shape_(data.x.shape()),
        ih_shape_{1, 1, shape.channels, 4, shape.hidden},
        hh_shape_{1, 1, shape.hidden, 4, shape.hidden},
        bias_shape_{1, 1, 4, shape.hidden},
        h_shape_(data.dh.shape()) {
    const auto direction = dnnl::rnn_direction::unidirectional_left2right;
    const auto x_desc = onednn_desc(x_shape_, Tag::tnc), h_desc = onednn_desc(h_shape_, Tag::tnc);
    const auto ih_desc = onednn_desc(ih_shape_), hh_desc = onednn_desc(hh_shape_);
    const auto bias_desc = onednn_desc(bias_shape_, Tag::ldgo);
    // The state before the first step is handed over as zeros: without it, oneDNN 2.6 gets dweight_hh wrong.
    const Shape state_shape{1, 1, shape.batch, shape.hidden};
    const auto state_desc = onednn_desc(state_shape, Tag::ldnc);
    const dnnl::memory::desc none;  // the state after the last step is not asked for

    const dnnl::lstm_forward::primitive_desc forward({dnnl::prop_kind::forward_training, direction, x_desc, state_desc,
                                                      state_desc, ih_desc, hh_desc, bias_desc, h_desc, none, none},
                                                     onednn_engine());
    const dnnl::lstm_backward::primitive_desc backward({dnnl::prop_kind::backward,
                                                        direction,
                                                        x_desc,
                                                        state_desc,
                                                        state_desc,
                                                        ih_desc,
                                                        hh_desc,
                                                        bias_desc,
                                                        h_desc,
                                                        none,
                                                        none,
                                                        x_desc,
                                                        state_desc,
                                                        state_desc,
                                                        ih_desc,
                                                        hh_desc,
                                                        bias_desc,
                                                        h_desc,
                                                        none,
                                                        none},
                                                       onednn_engine(), forward);

    const auto zeros = onednn_memory(state_desc, Tensor<float>(state_shape), state_shape, Tag::ldnc);
    const auto x = onednn_memory(x_desc, data.x, x_shape_, Tag::tnc);
    const auto dh = onednn_memory(h_desc, data.dh, h_shape_, Tag::tnc);
    const auto bias = onednn_memory(bias_desc, data.bias, bias_shape_, Tag::ldgo);
    const auto workspace = onednn_memory(forward.workspace_desc());
    h_ = onednn_memory(h_desc);
    dx_ = onednn_memory(x_desc);
    dih_ = onednn_memory(backward.diff_weights_layer_desc(), Tensor<float>(ih_shape_), ih_shape_, Tag::ldgoi);
    dhh_ = onednn_memory(backward.diff_weights_iter_desc(), Tensor<float>(hh_shape_), hh_shape_, Tag::ldgoi);
    dbias_ = onednn_memory(bias_desc, Tensor<float>(bias_shape_), bias_shape_, Tag::ldgo);
    forward_ = dnnl::lstm_forward(forward);
    backward_ = dnnl::lstm_backward(backward);
    forward_arguments_ = {
        {DNNL_ARG_SRC_LAYER, x},
        {DNNL_ARG_SRC_ITER, zeros},
        {DNNL_ARG_SRC_ITER_C, zeros},
        {DNNL_ARG_WEIGHTS_LAYER, onednn_memory(forward.weights_layer_desc(), data.weight_ih, ih_shape_, Tag::ldgoi)},
        {DNNL_ARG_WEIGHTS_ITER, onednn_memory(forward.weights_iter_desc(), data.weight_hh, hh_shape_, Tag::ldgoi)},
        {DNNL_ARG_BIAS, bias},
        {DNNL_ARG_DST_LAYER, h_},
        {DNNL_ARG_WORKSPACE, workspace}};
    backward_arguments_ = {
        {DNNL_ARG_SRC_LAYER, x},
        {DNNL_ARG_SRC_ITER, zeros},
        {DNNL_ARG_SRC_ITER_C, zeros},
        {DNNL_ARG_WEIGHTS_LAYER, onednn_memory(backward.weights_layer_desc(), data.weight_ih, ih_shape_, Tag::ldgoi)},
        {DNNL_ARG_WEIGHTS_ITER, onednn_memory(backward.weights_iter_desc(), data.weight_hh, hh_shape_, Tag::ldgoi)},
        {DNNL_ARG_BIAS, bias},
        {DNNL_ARG_DST_LAYER, h_},
        {DNNL_ARG_WORKSPACE, workspace},
        {DNNL_ARG_DIFF_DST_LAYER, dh},
        {DNNL_ARG_DIFF_SRC_LAYER, dx_},
        {DNNL_ARG_DIFF_SRC_ITER, onednn_memory(state_desc)},
        {DNNL_ARG_DIFF_SRC_ITER_C, onednn_memory(state_desc)},
        {DNNL_ARG_DIFF_WEIGHTS_LAYER, dih_},
        {DNNL_ARG_DIFF_WEIGHTS_ITER, dhh_},
        {DNNL_ARG_DIFF_BIAS, dbias_}};
  }

  void forward() const { run_onednn(forward_, forward_arguments_); }
  void backward() const { run_onednn(backward_, backward_arguments_); }

  Tensor<float> h() const { return onednn_tensor(h_, h_shape_, Tag::tnc); }
  Tensor<float> dx() const { return onednn_tensor(dx_, x_shape_, Tag::tnc); }
  Tensor<float> dweight_ih() const { return onednn_tensor(dih_, ih_shape_, Tag::ldgoi); }
  Tensor<float> dweight_hh() const { return onednn_tensor(dhh_, hh_shape_, Tag::ldgoi); }
  Tensor<float> dbias() const { return onednn_tensor(dbias_, bias_shape_, Tag::ldgo); }

 private:
  Shape x_shape_, ih_shape_, hh_shape_, bias_shape_, h_shape_;
  dnnl::memory h_, dx_, dih_, dhh_, dbias_;
  dnnl::primitive forward_, backward_;
  Arguments forward_arguments_, backward_arguments_;
};

void check() {
  const LstmCase shape{9, 3, 64, 128};
  LstmData<float> data(shape);
  const OneDnnLstm peer(shape, data);
  peer.forward();
  peer.backward();
  SequenceLstm::forward(data);
  SequenceLstm::backward(data);
  check_peer("oneDNN lstm, h", peer.h(), data.h);
  check_peer("oneDNN lstm, dx", peer.dx(), data.dx);
  check_peer("oneDNN lstm, dweight_ih", peer.dweight_ih().reshaped(data.weight_ih.shape()), data.dweight_ih);
  check_peer("oneDNN lstm, dweight_hh", peer.dweight_hh().reshaped(data.weight_hh.shape()), data.dweight_hh);
  check_peer("oneDNN lstm, dbias", peer.dbias().reshaped(data.bias.shape()), data.dbias);
}

const bool added = at_start([] {
  check();
  for_each_lstm_case([](const std::string& table, const LstmCase& shape) {
    for (const bool forward : {true, false}) {
      const std::string pass = forward ? "forward" : "backward";
      add_row(table + "/" + pass + "/oneDNN/float/" + shape.name(), [=](benchmark::State& state) {
        const LstmData<float> data(shape);
        const OneDnnLstm peer(shape, data);
        peer.forward();
        measure<float>(state, lstm_work(shape, forward), [&] {
          if (forward) {
            peer.forward();
          } else {
            peer.backward();
          }
        });
      });
    }
  });
});

}  // namespace
}  // namespace tinyhtr::bench
