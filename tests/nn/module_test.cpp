// Tests of members(): names, order, counts.
#include "tinyhtr/nn/module.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tinyhtr/nn/batch_norm.hpp"

using namespace tinyhtr;

namespace {

struct Inner {
  Variable<float> weight{Tensor<float>(Shape{2, 3}), true};
  Tensor<float> counter{Shape{4}};
  void members(Members<float>& list) {
    list.parameter("weight", weight);
    list.buffer("counter", counter);
  }
};

struct Outer {
  Inner first, second;
  Variable<float> bias{Tensor<float>(Shape{5}), true};
  void members(Members<float>& list) {
    list.layer("first", first);
    list.parameter("bias", bias);
    list.layer("second", second);
  }
};

struct Outermost {
  Outer outer;
  void members(Members<float>& list) { list.layer("outer", outer); }
};

}  // namespace

TEST_CASE("members have their path as name, in the order of members(), and point to the layer's own") {
  Outermost network;
  const Members<float> list = members_of<float>(network);
  REQUIRE(list.parameters.size() == 3);
  CHECK(list.parameters[0].name == "outer.first.weight");
  CHECK(list.parameters[1].name == "outer.bias");
  CHECK(list.parameters[2].name == "outer.second.weight");
  CHECK(list.parameters[1].item == &network.outer.bias);
  REQUIRE(list.buffers.size() == 2);
  CHECK(list.buffers[0].name == "outer.first.counter");
  CHECK(list.buffers[1].item == &network.outer.second.counter);
}

TEST_CASE("parameters_of gives handles on the same numbers") {
  Outermost network;
  std::vector<Variable<float>> handles = parameters_of<float>(network);
  REQUIRE(handles.size() == 3);
  handles[1].value()[0] = 7;
  CHECK(network.outer.bias.value()[0] == 7);
}

TEST_CASE("name_parameters writes the path into the node") {
  Outermost network;
  name_parameters<float>(network);
  CHECK(network.outer.second.weight.name() == "outer.second.weight");
}

TEST_CASE("count_parameters counts what is trained, with_buffers the rest too") {
  Outermost network;
  CHECK(count_parameters<float>(network) == 6 + 5 + 6);
  CHECK(count_parameters<float>(network, true) == 6 + 5 + 6 + 8);
  BatchNorm2d<float> norm(16);
  CHECK(count_parameters<float>(norm) == 32);
  CHECK(count_parameters<float>(norm, true) == 64);
}
