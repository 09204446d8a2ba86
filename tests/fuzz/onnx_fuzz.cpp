// Bytes as an ONNX file: the wire format, the graph, the walk that looks for our network in it.
#include "target.hpp"
#include "tinyhtr/data/vocabulary.hpp"
#include "tinyhtr/io/import_onnx.hpp"
#include "tinyhtr/io/read_onnx.hpp"

TINYHTR_FUZZ(content) {
  using namespace tinyhtr;
  const OnnxModel model = parse_onnx(content, "fuzz");
  static_cast<void>(import_onnx<float>(model, Vocabulary("abc")));
}
