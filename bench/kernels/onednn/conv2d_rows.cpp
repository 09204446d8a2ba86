// oneDNN's convolution, in the same table as ours.
#include "kernels/conv2d_rows.hpp"

#include "support/onednn.hpp"

namespace tinyhtr::bench {
namespace {

/// The three passes of a convolution, each with its memory in the order that oneDNN likes best, filled beforehand.
class OneDnnConv {
 public:
  OneDnnConv(dnnl::algorithm algorithm, const ConvCase& shape, const Tensor<float>& x, const Tensor<float>& weight,
             const Tensor<float>& bias, const Tensor<float>& dy)
      : shape_(shape) {
    const auto x_desc = onednn_desc(shape.input()), weight_desc = onednn_desc(shape.weight());
    const auto y_desc = onednn_desc(shape.output()), bias_desc = onednn_desc(bias.shape(), Tag::a);
    const dnnl::memory::dims strides{shape.geometry.stride.height, shape.geometry.stride.width};
    const dnnl::memory::dims before{shape.rows().before, shape.cols().before};
    const dnnl::memory::dims after{zeros_after(shape.rows()), zeros_after(shape.cols())};

    const dnnl::convolution_forward::primitive_desc forward(
        {dnnl::prop_kind::forward_training, algorithm, x_desc, weight_desc, bias_desc, y_desc, strides, before, after},
        onednn_engine());
    y_ = onednn_memory(forward.dst_desc());
    forward_ = dnnl::convolution_forward(forward);
    forward_arguments_ = {{DNNL_ARG_SRC, filled(forward.src_desc(), x)},
                          {DNNL_ARG_WEIGHTS, filled(forward.weights_desc(), weight)},
                          {DNNL_ARG_BIAS, onednn_memory(bias_desc, bias, bias.shape(), Tag::a)},
                          {DNNL_ARG_DST, y_}};

    const dnnl::convolution_backward_data::primitive_desc dx(
        {algorithm, x_desc, weight_desc, y_desc, strides, before, after}, onednn_engine(), forward);
    dx_ = onednn_memory(dx.diff_src_desc());
    backward_data_ = dnnl::convolution_backward_data(dx);
    dx_arguments_ = {{DNNL_ARG_DIFF_DST, filled(dx.diff_dst_desc(), dy)},
                     {DNNL_ARG_WEIGHTS, filled(dx.weights_desc(), weight)},
                     {DNNL_ARG_DIFF_SRC, dx_}};

    const dnnl::convolution_backward_weights::primitive_desc dweight(
        {algorithm, x_desc, weight_desc, bias_desc, y_desc, strides, before, after}, onednn_engine(), forward);
    dweight_ = onednn_memory(dweight.diff_weights_desc());
    dbias_ = onednn_memory(bias_desc);
    backward_weights_ = dnnl::convolution_backward_weights(dweight);
    dweight_arguments_ = {{DNNL_ARG_SRC, filled(dweight.src_desc(), x)},
                          {DNNL_ARG_DIFF_DST, filled(dweight.diff_dst_desc(), dy)},
                          {DNNL_ARG_DIFF_WEIGHTS, dweight_},
                          {DNNL_ARG_DIFF_BIAS, dbias_}};
  }

  void run(ConvPass pass) const {
    if (pass == ConvPass::forward) run_onednn(forward_, forward_arguments_);
    if (pass == ConvPass::dx || (pass == ConvPass::backward && shape_.input_gradient)) {
      run_onednn(backward_data_, dx_arguments_);
    }
    if (pass == ConvPass::dweight || pass == ConvPass::backward) run_onednn(backward_weights_, dweight_arguments_);
  }

  Tensor<float> y() const { return onednn_tensor(y_, shape_.output(), Tag::nchw); }
  Tensor<float> dx() const { return onednn_tensor(dx_, shape_.input(), Tag::nchw); }
  Tensor<float> dweight() const { return onednn_tensor(dweight_, shape_.weight(), Tag::nchw); }
  Tensor<float> dbias() const { return onednn_tensor(dbias_, Shape{shape_.filters}, Tag::a); }

 private:
  static dnnl::memory filled(const dnnl::memory::desc& desc, const Tensor<float>& from) {
    return onednn_memory(desc, from, from.shape(), Tag::nchw);
  }

  static Index zeros_after(const Window& window) {
    return std::max<Index>(0, (window.output - 1) * window.stride + window.kernel - window.input - window.before);
  }

  ConvCase shape_;
  dnnl::memory y_, dx_, dweight_, dbias_;
  dnnl::primitive forward_, backward_data_, backward_weights_;
  Arguments forward_arguments_, dx_arguments_, dweight_arguments_;
};

struct Inputs {
  Tensor<float> x, weight, bias, dy;

  explicit Inputs(const ConvCase& shape)
      : x(random_tensor<float>(shape.input(), 1)),
        weight(random_tensor<float>(shape.weight(), 2)),
        bias(random_tensor<float>({shape.filters}, 3)),
        dy(random_tensor<float>(shape.output(), 4)) {}
};

/// Its two kinds of algorithm. Which is faster depends on shape and machine, and its own choice between them,
/// convolution_auto, takes the slower one for the network's first layer; so the tables show both.
struct Kind {
  const char* name;
  dnnl::algorithm algorithm;
};
constexpr Kind kinds[] = {{"oneDNN", dnnl::algorithm::convolution_direct},
                          {"oneDNN-Winograd", dnnl::algorithm::convolution_winograd}};

/// Its Winograd is for 3x3 kernels that move by one.
bool has_rows(const Kind& kind, const ConvCase& shape) {
  return kind.algorithm != dnnl::algorithm::convolution_winograd || kernel_3x3_stride_1(shape);
}

/// Every shape of the network, on two images.
void check(const Kind& kind) {
  for (ConvCase shape : network_convolutions()) {
    if (!has_rows(kind, shape)) continue;
    shape.batch = 2;
    const Inputs in(shape);
    const OneDnnConv peer(kind.algorithm, shape, in.x, in.weight, in.bias, in.dy);
    for (const ConvPass pass : {ConvPass::forward, ConvPass::dx, ConvPass::dweight}) peer.run(pass);
    Tensor<float> y, dx(shape.input()), dweight(shape.weight()), dbias(in.bias.shape());
    conv2d_forward<Im2col>(y, in.x, in.weight, &in.bias, shape.geometry);
    conv2d_backward<Im2col>(&dx, &dweight, &dbias, in.dy, in.x, in.weight, shape.geometry);
    check_peer(kind.name + (" conv2d " + shape.name()) + ", y", peer.y(), y);
    check_peer(kind.name + (" conv2d " + shape.name()) + ", dx", peer.dx(), dx);
    check_peer(kind.name + (" conv2d " + shape.name()) + ", dweight", peer.dweight(), dweight);
    check_peer(kind.name + (" conv2d " + shape.name()) + ", dbias", peer.dbias(), dbias);
  }
}

void add_rows(const Kind& kind, const std::string& table, const ConvCase& shape) {
  for_each_pass(shape, [&](ConvPass pass) {
    const std::string row = table + "/" + pass_name(pass) + "/" + kind.name + "/float/" + shape.name();
    add_row(row, [=](benchmark::State& state) {
      const Inputs in(shape);
      const OneDnnConv peer(kind.algorithm, shape, in.x, in.weight, in.bias, in.dy);
      measure<float>(state, conv_work(shape, pass), [&] { peer.run(pass); });
    });
  });
}

const bool added = at_start([] {
  for (const Kind& kind : kinds) {
    check(kind);
    for_each_conv2d_case([&](const std::string& table, const ConvCase& shape) {
      if (has_rows(kind, shape)) add_rows(kind, table, shape);
    });
  }
});

}  // namespace
}  // namespace tinyhtr::bench
