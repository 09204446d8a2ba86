// Tests of graphs as DOT text.
#include "tinyhtr/debug/graph_dot.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/html.hpp"
#include "support/tiny_column_net.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/models/word_net.hpp"

using namespace tinyhtr;
using test::occurrences;

TEST_CASE("graph_dot: nodes with their looks, arrows the way of the data") {
  const Variable<double> w(Tensor<double>(Shape{2}), true, "w"), x{Tensor<double>(Shape{2})};
  const Variable<double> y = multiply(w, x);
  const std::string dot = graph_dot(y);
  const auto id = [](const Variable<double>& v) { return "n" + std::to_string(v.node().id); };
  CHECK(dot.starts_with("digraph "));
  CHECK(dot.ends_with("}\n"));
  CHECK(dot.find(id(w) + " [shape=ellipse, fillcolor=\"#ffe8cc\", style=\"filled\", label=\"w\\n(2)\"]") !=
        std::string::npos);
  CHECK(dot.find(id(x) + " [shape=parallelogram, fillcolor=\"#d9f2dd\", style=\"filled,dashed\", "
                         "label=\"input\\n(2)\\nno gradient\"]") != std::string::npos);
  CHECK(dot.find(id(y) + " [shape=box, fillcolor=\"#ffffff\", style=\"filled\", label=\"multiply\\n(2)\"]") !=
        std::string::npos);
  CHECK(dot.find("  " + id(w) + " -> " + id(y) + ";\n") != std::string::npos);
  CHECK(dot.find("  " + id(x) + " -> " + id(y) + ";\n") != std::string::npos);
  CHECK(occurrences(dot, " -> ") == 2);
}

TEST_CASE("graph_dot: a network's graph has every parameter once, and the results of its blocks") {
  WordNet<float> network(7, 1, test::tiny_column_net());
  const Variable<float> logits = network.forward(Tensor<float>(Shape{1, 1, 16, 32}), Mode::inference());
  const std::string dot = graph_dot(logits);
  const auto second = std::string("second_classes");  // not used by forward()
  Index used = 0;
  for (const auto& [name, variable] : members_of<float>(network).parameters) {
    const std::string path = name;  // clang does not let a lambda, which CAPTURE is, have a structured binding
    CAPTURE(path);
    if (name.starts_with(second)) continue;
    ++used;
    CHECK(occurrences(dot, "label=\"" + name + "\\n" + variable->shape().to_string() + "\"") == 1);
  }
  CHECK(occurrences(dot, "shape=ellipse") == used);
  for (const char* block : {"blocks.0", "blocks.1", "blocks.2", "blocks.3"}) {
    CHECK(occurrences(dot, "leaky_relu\\n= " + std::string(block) + "\\n") == 1);
  }
}

TEST_CASE("graph_dot: names that are no letters, and what a limit leaves out") {
  const Variable<double> w(Tensor<double>(Shape{1}), true, "a\"b\\c\nd");
  Variable<double> y = w;
  CHECK(graph_dot(scale(w, 2.0)).find("label=\"a\\\"b\\\\c d\\n(1)\"") != std::string::npos);
  for (int i = 0; i < 20; ++i) y = scale(y, 2.0);
  const std::string dot = graph_dot(y, 5);
  CHECK(dot.find("older [shape=note, label=\"16 older nodes are not drawn") != std::string::npos);
  CHECK(occurrences(dot, "older -> n") == 1);
  CHECK(occurrences(dot, "shape=box") == 5);
}
