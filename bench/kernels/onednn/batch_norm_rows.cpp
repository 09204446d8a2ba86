// oneDNN's batch normalisation, in the same tables as ours.
#include "kernels/batch_norm_algorithms.hpp"
#include "support/onednn.hpp"

namespace tinyhtr::bench {
namespace {

/// The training pass and its gradients on blocks of 16 channels, the order that oneDNN's convolutions leave behind;
/// with_relu: the rectifier in the same pass (with slope 0, oneDNN has no other).
class OneDnnNorm {
 public:
  OneDnnNorm(const NormData<float>& data, bool with_relu) : shape_(data.x.shape()) {
    using Flags = dnnl::normalization_flags;
    const Flags scales = Flags::use_scale | Flags::use_shift;
    const Flags flags = with_relu ? scales | Flags::fuse_norm_relu : scales;
    const auto desc = onednn_desc(shape_, Tag::nChw16c);
    const Shape channels{shape_[1]};
    const float epsilon = static_cast<float>(norm_epsilon);
    const dnnl::batch_normalization_forward::primitive_desc forward(
        {dnnl::prop_kind::forward_training, desc, epsilon, flags}, onednn_engine());
    const dnnl::batch_normalization_backward::primitive_desc backward(
        {dnnl::prop_kind::backward, desc, desc, epsilon, flags}, onednn_engine(), forward);
    const auto x = onednn_memory(desc, data.x, shape_, Tag::nchw), dy = onednn_memory(desc, data.dy, shape_, Tag::nchw);
    const auto channel_desc = onednn_desc(channels, Tag::a);
    const auto weight = onednn_memory(channel_desc, data.weight, channels, Tag::a);
    const auto bias = onednn_memory(channel_desc, data.bias, channels, Tag::a);
    const auto mean = onednn_memory(channel_desc), variance = onednn_memory(channel_desc);
    y_ = onednn_memory(desc);
    dx_ = onednn_memory(desc);
    dweight_ = onednn_memory(channel_desc);
    dbias_ = onednn_memory(channel_desc);
    forward_ = dnnl::batch_normalization_forward(forward);
    backward_ = dnnl::batch_normalization_backward(backward);
    forward_arguments_ = {{DNNL_ARG_SRC, x},      {DNNL_ARG_DST, y_},    {DNNL_ARG_SCALE, weight},
                          {DNNL_ARG_SHIFT, bias}, {DNNL_ARG_MEAN, mean}, {DNNL_ARG_VARIANCE, variance}};
    backward_arguments_ = {{DNNL_ARG_SRC, x},
                           {DNNL_ARG_DIFF_DST, dy},
                           {DNNL_ARG_DIFF_SRC, dx_},
                           {DNNL_ARG_SCALE, weight},
                           {DNNL_ARG_SHIFT, bias},
                           {DNNL_ARG_MEAN, mean},
                           {DNNL_ARG_VARIANCE, variance},
                           {DNNL_ARG_DIFF_SCALE, dweight_},
                           {DNNL_ARG_DIFF_SHIFT, dbias_}};
    if (with_relu) {
      const auto workspace = onednn_memory(forward.workspace_desc());  // which elements were positive
      forward_arguments_[DNNL_ARG_WORKSPACE] = workspace;
      backward_arguments_[DNNL_ARG_WORKSPACE] = workspace;
    }
  }

  void forward() const { run_onednn(forward_, forward_arguments_); }
  void backward() const { run_onednn(backward_, backward_arguments_); }

  Tensor<float> y() const { return onednn_tensor(y_, shape_, Tag::nchw); }
  Tensor<float> dx() const { return onednn_tensor(dx_, shape_, Tag::nchw); }
  Tensor<float> dweight() const { return onednn_tensor(dweight_, Shape{shape_[1]}, Tag::a); }
  Tensor<float> dbias() const { return onednn_tensor(dbias_, Shape{shape_[1]}, Tag::a); }

 private:
  Shape shape_;
  dnnl::memory y_, dx_, dweight_, dbias_;
  dnnl::primitive forward_, backward_;
  Arguments forward_arguments_, backward_arguments_;
};

void check(Tail tail) {
  for (const MapCase& shape : network_maps()) {
    NormData<float> data({2, shape.shape[1], shape.shape[2], shape.shape[3]}, tail, 0.0f);
    const OneDnnNorm peer(data, tail == Tail::relu);
    peer.forward();
    peer.backward();
    TextbookNorm::forward(data);
    TextbookNorm::backward(data);
    const std::string what = std::string("oneDNN ") + table_name(tail) + " " + shape.name();
    check_peer(what + ", y", peer.y(), data.y);
    check_peer(what + ", dx", peer.dx(), data.dx);
    check_peer(what + ", dweight", peer.dweight(), data.dweight);
    check_peer(what + ", dbias", peer.dbias(), data.dbias);
  }
}

void add_rows(const std::string& table, const MapCase& shape, Tail tail) {
  for (const bool forward : {true, false}) {
    const std::string pass = forward ? "forward" : "backward";
    add_row(table + "/" + pass + "/oneDNN/float/" + shape.name(), [=](benchmark::State& state) {
      const OneDnnNorm peer(NormData<float>(shape.shape, tail, 0.0f), tail == Tail::relu);
      peer.forward();
      measure<float>(state, norm_work<float>(shape, tail, forward), [&] {
        if (forward) {
          peer.forward();
        } else {
          peer.backward();
        }
      });
    });
  }
}

const bool added = at_start([] {
  for (const Tail tail : {Tail::none, Tail::relu}) {
    check(tail);
    for_each_norm_case([&](const std::string& suffix, const MapCase& shape) {
      if (suffix.empty() || tail == Tail::none) add_rows(table_name(tail) + suffix, shape, tail);
    });
  }
});

}  // namespace
}  // namespace tinyhtr::bench
