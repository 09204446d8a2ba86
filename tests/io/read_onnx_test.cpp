#include "tinyhtr/io/read_onnx.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"
#include "tinyhtr/io/wire_writer.hpp"
#include "tinyhtr/io/write_onnx.hpp"

using namespace tinyhtr;

namespace {

/// A file whose graph has this one initializer.
std::string file_with(const WireWriter& tensor) {
  return WireWriter().varint(1, 7).message(7, WireWriter().message(5, tensor)).content();
}

WireWriter tensor_of(std::vector<std::uint64_t> dims, std::uint64_t type) {
  WireWriter tensor;
  return tensor.packed_varints(1, dims).varint(2, type).bytes(8, "w");
}

OnnxTensor read_tensor(const WireWriter& tensor) {
  return parse_onnx(file_with(tensor), "some.onnx").initializers.at(0);
}

void onnx_refused_with(const std::string& content, const char* text) {
  CHECK_THROWS_WITH_AS(static_cast<void>(parse_onnx(content, "some.onnx")), doctest::Contains(text), FormatError);
  CHECK_THROWS_WITH_AS(static_cast<void>(parse_onnx(content, "some.onnx")), doctest::Contains("some.onnx: "),
                       FormatError);
}

}  // namespace

TEST_CASE("everything that is written is read") {
  OnnxModel model;
  model.producer = "somebody";
  model.producer_version = "1.2";
  model.graph_name = "g";
  model.opset = 15;
  model.metadata = {{"key", "value"}, {"é", "line\nbreak"}};
  model.inputs = {{"x", 1, {{-1, "N"}, {3, ""}, {-1, ""}}}};
  model.outputs = {{"y", 7, {}}};
  OnnxTensor doubles{"d", OnnxType::float64, {2}, {}, {0.1, -1e300}, {}};
  OnnxTensor ints{"i", OnnxType::int32, {}, {}, {}, {-5}};
  model.initializers = {OnnxTensor::of_floats("f", {1, 2}, {1.5f, -0.0f}), doubles, ints,
                        OnnxTensor::of_integers("l", {std::numeric_limits<std::int64_t>::min(), 7}),
                        OnnxTensor::of_floats("none", {0, 3}, {})};
  OnnxNode node{"Op", "n", {"x", "", "f"}, {"y"}, {}, "some.domain"};
  for (const OnnxAttributeType type :
       {OnnxAttributeType::real, OnnxAttributeType::integer, OnnxAttributeType::text, OnnxAttributeType::tensor,
        OnnxAttributeType::reals, OnnxAttributeType::integers, OnnxAttributeType::texts}) {
    OnnxAttribute attribute;
    attribute.name = "a" + std::to_string(static_cast<int>(type));
    attribute.type = type;
    if (type == OnnxAttributeType::real) attribute.real = 0.25f;
    if (type == OnnxAttributeType::integer) attribute.integer = -3;
    if (type == OnnxAttributeType::text) attribute.text = "text";
    if (type == OnnxAttributeType::tensor) attribute.tensor = doubles;
    if (type == OnnxAttributeType::reals) attribute.reals = {1, 2};
    if (type == OnnxAttributeType::integers) attribute.integers = {-1, 1};
    if (type == OnnxAttributeType::texts) attribute.texts = {"", "b"};
    node.attributes.push_back(attribute);
  }
  model.nodes = {node};

  const tinyhtr::test::TemporaryFolder folder;
  const auto path = folder.path() / "some.onnx";
  write_onnx(path, model);
  const OnnxModel read = read_onnx(path);
  CHECK(read.path == path);
  CHECK(read.producer_version == "1.2");
  CHECK(read.opset == 15);
  CHECK(read.metadata == model.metadata);
  REQUIRE(read.inputs.size() == 1);
  CHECK(read.inputs[0].dims[0].name == "N");
  CHECK(read.inputs[0].dims[1].value == 3);
  CHECK(read.inputs[0].dims[2].value == -1);
  CHECK(read.outputs[0].type == 7);
  REQUIRE(read.initializers.size() == 5);
  CHECK(read.initializers[0].floats == model.initializers[0].floats);
  CHECK(read.initializers[1].doubles == doubles.doubles);
  CHECK(read.initializers[2].integers == std::vector<std::int64_t>{-5});
  CHECK(read.initializers[2].dims.empty());
  CHECK(read.initializers[3].integers == model.initializers[3].integers);
  REQUIRE(read.nodes.size() == 1);
  CHECK(read.nodes[0].inputs == node.inputs);
  CHECK(read.nodes[0].domain == "some.domain");
  REQUIRE(read.nodes[0].attributes.size() == 7);
  CHECK(read.nodes[0].attributes[0].real == 0.25f);
  CHECK(read.nodes[0].attributes[3].tensor.doubles == doubles.doubles);
  CHECK(read.nodes[0].attributes[6].texts == node.attributes[6].texts);
  CHECK(onnx_bytes(read) == onnx_bytes(model));
}

TEST_CASE("elements are read from the lists as from raw data") {
  const std::vector<float> two = {1.5f, -2.0f};
  CHECK(read_tensor(tensor_of({2}, 1).packed_float32s(4, two)).floats == two);
  CHECK(read_tensor(tensor_of({2}, 1).float32(4, 1.5f).float32(4, -2.0f)).floats == two);
  CHECK(read_tensor(tensor_of({2}, 1).bytes(9, {"\0\0\xC0\x3F\0\0\0\xC0", 8})).floats == two);
  CHECK(read_tensor(tensor_of({1}, 11).packed_float64s(10, std::vector<double>{0.1})).doubles[0] == 0.1);
  const auto minus_one = static_cast<std::uint64_t>(-1);
  const std::vector<std::uint64_t> integers = {minus_one, 3};
  CHECK(read_tensor(tensor_of({2}, 7).packed_varints(7, integers)).integers == std::vector<std::int64_t>{-1, 3});
  CHECK(read_tensor(tensor_of({2}, 6).packed_varints(5, integers)).integers == std::vector<std::int64_t>{-1, 3});
  CHECK(read_tensor(tensor_of({}, 6).bytes(9, {"\xFE\xFF\xFF\xFF", 4})).integers == std::vector<std::int64_t>{-2});
  // dims one by one, as older writers have them
  CHECK(read_tensor(WireWriter().varint(1, 2).varint(1, 1).varint(2, 1).packed_float32s(4, two)).dims ==
        std::vector<std::int64_t>{2, 1});
}

TEST_CASE("damaged and foreign tensors are refused with their name") {
  const auto minus_one = static_cast<std::uint64_t>(-1);
  const std::vector<float> two = {1, 2};
  onnx_refused_with(file_with(tensor_of({3}, 1).packed_float32s(4, two)),
                    "the tensor 'w' has 2 elements of its type, its dimensions make 3");
  onnx_refused_with(file_with(tensor_of({2}, 7).packed_float32s(4, two)), "has 0 elements of its type");
  onnx_refused_with(
      file_with(tensor_of({2}, 1).packed_float32s(4, two).packed_varints(7, std::vector<std::uint64_t>{1})),
      "elements of its type");
  onnx_refused_with(file_with(tensor_of({2}, 1).packed_float32s(4, two).bytes(9, "12345678")),
                    "has its elements twice");
  onnx_refused_with(file_with(tensor_of({2}, 1).bytes(9, "1234567")), "has 7 bytes of raw data");
  onnx_refused_with(file_with(tensor_of({minus_one, minus_one}, 1)), "the dimension -1");
  const std::uint64_t large = std::uint64_t{1} << 40;
  onnx_refused_with(file_with(tensor_of({large}, 1)), "its dimensions make 1099511627776");
  onnx_refused_with(file_with(tensor_of({large, large}, 1)), "are too large");
  CHECK(read_tensor(tensor_of({0, large, large}, 1)).floats.empty());  // nothing, however it is called
  onnx_refused_with(file_with(tensor_of(std::vector<std::uint64_t>(9, 1), 1)), "more than 8 dimensions");
  onnx_refused_with(file_with(tensor_of({1}, 10).bytes(9, "12")), "has elements of type 10, expected float32");
  onnx_refused_with(file_with(tensor_of({1}, 0)), "has elements of type 0");
  onnx_refused_with(file_with(tensor_of({1}, 1).varint(14, 1)), "has its elements in another file");
  onnx_refused_with(file_with(tensor_of({1}, 1).message(13, WireWriter().bytes(1, "location").bytes(2, "/etc/passwd"))),
                    "has its elements in another file");
  onnx_refused_with(file_with(tensor_of({1}, 1).message(3, WireWriter().varint(1, 0))), "in segments");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  onnx_refused_with(file_with(tensor_of({1}, 1).float32(4, nan)), "the tensor 'w' holds nan");
  onnx_refused_with(file_with(tensor_of({1}, 11).float64(10, -std::numeric_limits<double>::infinity())), "holds -inf");
}

TEST_CASE("what is no ONNX file is refused") {
  onnx_refused_with("", "is no ONNX file, or a truncated one: it has no graph");
  onnx_refused_with("{\"a\": 1}", "some.onnx: byte 0");
  onnx_refused_with(WireWriter().varint(1, 7).content(), "it has no graph");
  onnx_refused_with(WireWriter().message(7, WireWriter()).content(), "it has no ir_version");
  onnx_refused_with(WireWriter().varint(1, 7).message(7, WireWriter()).message(7, WireWriter()).content(),
                    "a second graph");
  onnx_refused_with(WireWriter().bytes(1, "7").content(), "field 1 has wire type 2, expected a varint");
  const WireWriter nameless = WireWriter().bytes(3, "n");
  onnx_refused_with(WireWriter().varint(1, 7).message(7, WireWriter().message(1, nameless)).content(),
                    "the node 'n' has no operation");
  const WireWriter odd = WireWriter().bytes(4, "Op").message(5, WireWriter().bytes(1, "a\nb"));
  onnx_refused_with(WireWriter().varint(1, 7).message(7, WireWriter().message(1, odd)).content(),
                    "the attribute 'a\\x0Ab' is of type 0, expected 1 to 14");
  CHECK_THROWS_WITH_AS(static_cast<void>(read_onnx("/nowhere/some.onnx")),
                       doctest::Contains("/nowhere/some.onnx: expected an ONNX file, found nothing"), FileError);
}

TEST_CASE("lists without end are refused, graphs within graphs are not opened") {
  WireWriter node = WireWriter().bytes(4, "Op");
  for (int i = 0; i < 33; ++i) node.message(5, WireWriter().bytes(1, "a").varint(20, 2));
  onnx_refused_with(WireWriter().varint(1, 7).message(7, WireWriter().message(1, node)).content(),
                    "expected at most 32");
  WireWriter graph;
  for (int i = 0; i < 10001; ++i) graph.message(1, WireWriter().bytes(4, "Op"));
  onnx_refused_with(WireWriter().varint(1, 7).message(7, graph).content(), "expected at most 10000 of field 1");
  WireWriter nested = WireWriter().bytes(4, "If");
  for (int depth = 0; depth < 2000; ++depth) {  // graph in attribute in node in graph ...
    nested = WireWriter().bytes(4, "If").message(
        5, WireWriter().bytes(1, "then_branch").message(6, WireWriter().message(1, nested)).varint(20, 5));
  }
  const OnnxModel model =
      parse_onnx(WireWriter().varint(1, 7).message(7, WireWriter().message(1, nested)).content(), "some.onnx");
  CHECK(model.nodes.at(0).attributes.at(0).type == OnnxAttributeType::graph);
  CHECK_THROWS_AS(static_cast<void>(onnx_bytes(model)), ArgumentError);
}
