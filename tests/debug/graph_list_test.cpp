// Tests of the list of a graph's nodes.
#include "tinyhtr/debug/graph_list.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tinyhtr/autograd/arithmetic.hpp"

using namespace tinyhtr;

namespace {

Variable<double> parameter(const std::string& name) { return Variable<double>(Tensor<double>(Shape{2}), true, name); }

std::vector<std::string> ops(const GraphList& list) {
  std::vector<std::string> names;
  for (const GraphEntry& entry : list.entries) names.push_back(entry.name.empty() ? entry.op : entry.name);
  return names;
}

}  // namespace

TEST_CASE("list_graph: every node once, inputs before results, with what a picture says of it") {
  const Variable<double> w = parameter("w"), x{Tensor<double>(Shape{2})};
  const Variable<double> product = multiply(w, x);
  const Variable<double> loss = sum(multiply(product, product));
  const GraphList list = list_graph(loss, 100);
  CHECK(ops(list) == std::vector<std::string>{"w", "leaf", "multiply", "multiply", "sum"});
  CHECK(list.left_out == 0);
  CHECK(list.note() == "");
  const auto& e = list.entries;
  CHECK(e[0].role == GraphRole::parameter);
  CHECK(e[1].role == GraphRole::input);
  CHECK(e[2].role == GraphRole::operation);
  CHECK(e[0].requires_grad);
  CHECK_FALSE(e[1].requires_grad);
  CHECK(e[4].requires_grad);
  CHECK(e[0].shape == "(2)");
  CHECK(e[4].shape == "(1)");
  CHECK(e[2].inputs == std::vector<std::size_t>{0, 1});
  CHECK(e[3].inputs == std::vector<std::size_t>{2, 2});  // twice, as both factors
  CHECK(e[4].inputs == std::vector<std::size_t>{3});
  CHECK(e[4].id == loss.node().id);
}

TEST_CASE("list_graph: what was not recorded is an operation without inputs, a frozen parameter a parameter") {
  const Variable<double> x{Tensor<double>(Shape{2})}, w = parameter("w");
  Variable<double> frozen = parameter("classes.weight");
  frozen.node().requires_grad = false;
  const GraphList list = list_graph(multiply(multiply(scale(x, 2.0), frozen), w), 100);
  CHECK(ops(list) == std::vector<std::string>{"w", "multiply", "multiply"});
  CHECK(list.entries[1].role == GraphRole::operation);
  CHECK(list.entries[1].inputs.empty());
  const GraphList read = list_graph(multiply(frozen, w), 100);
  CHECK(read.entries[1].role == GraphRole::parameter);
  CHECK_FALSE(read.entries[1].requires_grad);
}

TEST_CASE("list_graph: a limit keeps the operations nearest to the root, with their leaves") {
  const Variable<double> w = parameter("w");
  Variable<double> y = w;
  for (int i = 0; i < 10; ++i) y = multiply(y, w);
  const GraphList list = list_graph(y, 4);
  CHECK(ops(list) == std::vector<std::string>{"w", "multiply", "multiply", "multiply"});
  CHECK(list.left_out == 7);
  CHECK(list.note() == "7 older nodes are not drawn: 11 in all, the limit is 4");
  CHECK(list.entries[1].hidden_inputs == 1);
  CHECK(list.entries[1].inputs == std::vector<std::size_t>{0});
  CHECK(list.entries[2].hidden_inputs == 0);
  const GraphList one = list_graph(y, 1);
  CHECK(one.entries.size() == 1);
  CHECK(one.entries[0].hidden_inputs == 2);
  CHECK(list_graph(y, 11).left_out == 0);
  CHECK(list_graph(y, 10).note() == "1 older node is not drawn: 11 in all, the limit is 10");
}

TEST_CASE("list_graph: arguments that cannot be") {
  CHECK_THROWS_AS(list_graph(parameter("w"), 0), ArgumentError);
  CHECK_THROWS_AS(list_graph(Variable<double>(), 5), ArgumentError);
}
