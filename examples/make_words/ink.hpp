// Ink: a word's outlines, bent as a hand would bend them, filled into a map of how much ink lies where.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fill.hpp"
#include "font.hpp"
#include "tinyhtr/core/random.hpp"

namespace make_words {

using tinyhtr::Random;

/// What stays alike over a form: one writer, one pen, one sheet. Lengths in pixels, greys from 0 (black) to 255.
struct Style {
  double size;     // geometric mean of the heights of x and H
  double stretch;  // of widths
  double slant;    // sideways per upwards
  double spacing;  // added between letters, in heights of x
  double stroke;   // width of a stroke
  double blur;     // standard deviation of the soft edge
  double ink, paper;
  double grain;  // probability that a pixel of paper is a shade off

  explicit Style(Random& random)
      : size(random.uniform(25, 31)),
        stretch(random.uniform(.92, 1.12)),
        slant(random.uniform(-.10, .16)),
        spacing(random.uniform(-.02, .06)),
        stroke(random.uniform(2.0, 3.6)),
        blur(random.uniform(.65, .95)),
        ink(random.uniform(20, 95)),
        paper(random.uniform(208, 250)),
        grain(random.uniform(.01, .06)) {}
};

/// Columns that a character takes, the far end not included; fractions of a pixel count.
struct Extent {
  double begin, end;
};

/// A drawn word: ink in [0,1], the rows of its baseline and of the tops of its small letters, and where from left to
/// right the outline of each character lies (of a space, where the pen goes).
struct Drawing {
  Map ink;
  Index baseline, middle;
  std::vector<Extent> characters;
};

namespace detail {

// Where a point of the straight word lands: slanted, turned, on a baseline that drifts. y points upwards.
struct Hand {
  double slant, turn, drift, wavelength, phase, wobble;

  Hand(const Style& style, double x_height, Random& random)
      : slant(style.slant + random.uniform(-.04, .04)),
        turn(random.uniform(-.03, .03)),
        drift(random.uniform(0, .06) * x_height),
        wavelength(random.uniform(4, 9) * x_height),
        phase(random.uniform(0, 6.28)),
        wobble(random.uniform(.01, .035) * x_height) {}

  Point bend(Point p) const {
    const double angle = 6.28 / wavelength;
    const double x = p.x + slant * p.y + wobble * std::sin(2.1 * angle * p.y + 1.3 * angle * p.x + phase);
    const double y = p.y + drift * std::sin(angle * p.x + phase) + wobble * std::sin(2.7 * angle * p.x + 2 * phase);
    return {x - turn * y, y + turn * x};
  }
};

}  // namespace detail

/// Adds the straight pieces of a glyph; `place(across, up)` maps font units to pixels.
template <class Place>
void add_glyph(std::vector<Segment>& outline, const Glyph& glyph, const Place& place) {
  double x = 0, y = 0;
  for (const stbtt_vertex& to : glyph.outline) {
    const auto third = [](double from, double towards) { return from + (towards - from) * 2 / 3; };
    if (to.type == STBTT_vline) outline.push_back({place(x, y), place(to.x, to.y)});
    if (to.type == STBTT_vcurve) {  // a quadratic curve is a cubic one with both controls two thirds of the way
      add_curve(outline, place(x, y), place(third(x, to.cx), third(y, to.cy)),
                place(third(to.x, to.cx), third(to.y, to.cy)), place(to.x, to.y));
    }
    if (to.type == STBTT_vcubic) {
      add_curve(outline, place(x, y), place(to.cx, to.cy), place(to.cx1, to.cy1), place(to.x, to.y));
    }
    x = to.x, y = to.y;
  }
}

/// Fills the outlines of `text` as this style's hand writes it, with a border of 8 pixels.
inline Drawing draw_outlines(const Font& font, const std::string& text, const Style& style, Random& random) {
  const double size = style.size * random.uniform(.95, 1.05);
  const double scale = size / std::sqrt(double(font.x_height()) * font.capital_height());
  const double x_height = scale * font.x_height();
  const detail::Hand hand(style, x_height, random);

  std::vector<Segment> outline;
  std::vector<Extent> characters;
  double pen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const Glyph& glyph = font.glyph(text[i]);
    const double own = scale * random.uniform(.96, 1.04), lift = random.uniform(-.03, .03) * x_height;
    const double angle = random.uniform(-.03, .03);
    const auto place = [&](double across, double up) {
      const double x = across * own * style.stretch, y = up * own;
      return hand.bend({pen + x - angle * y, y + angle * x + lift});
    };
    const std::size_t first = outline.size();
    add_glyph(outline, glyph, place);
    Extent extent{place(0, 0).x, place(glyph.advance, 0).x};
    if (first < outline.size()) extent = {outline[first].a.x, outline[first].a.x};
    for (std::size_t k = first; k < outline.size(); ++k) {
      extent.begin = std::min({extent.begin, outline[k].a.x, outline[k].b.x});
      extent.end = std::max({extent.end, outline[k].a.x, outline[k].b.x});
    }
    characters.push_back(extent);
    const int kerning = i + 1 < text.size() ? font.kerning(text[i], text[i + 1]) : 0;
    pen += scale * style.stretch * (glyph.advance + kerning) + style.spacing * x_height;
  }

  double left = 0, right = 1, low = 0, high = x_height;
  for (const Segment& segment : outline) {
    left = std::min(left, segment.b.x), right = std::max(right, segment.b.x);
    low = std::min(low, segment.b.y), high = std::max(high, segment.b.y);
  }
  constexpr double border = 8;
  const double x_origin = border + std::ceil(-left), baseline = border + std::ceil(high);
  for (Segment& segment : outline) {
    segment = {{x_origin + segment.a.x, baseline - segment.a.y}, {x_origin + segment.b.x, baseline - segment.b.y}};
  }
  for (Extent& extent : characters) extent = {x_origin + extent.begin, x_origin + extent.end};
  return {filled(outline, static_cast<Index>(baseline + border + std::ceil(-low)),
                 static_cast<Index>(x_origin + border + std::ceil(right))),
          static_cast<Index>(baseline), static_cast<Index>(std::lround(baseline - x_height)), characters};
}

/// Mean width of the strokes in pixels: twice their area over the length of their edge.
inline double stroke_width(const Map& ink) {
  double area = 0, edge = 0;
  for (Index y = 0; y + 1 < ink.height; ++y) {
    for (Index x = 0; x + 1 < ink.width; ++x) {
      area += ink.at(y, x);
      edge += std::hypot(ink.at(y, x + 1) - ink.at(y, x), ink.at(y + 1, x) - ink.at(y, x));
    }
  }
  return edge > 0 ? 2 * area / edge : 0;
}

/// Blurs with a Gaussian of standard deviation `sigma` pixels, first along x, then along y.
inline Map blurred(const Map& source, double sigma) {
  std::vector<float> weights(4);
  double total = 0;
  for (int k = 0; k < 4; ++k) total += (k ? 2 : 1) * std::exp(-k * k / (2 * sigma * sigma));
  for (int k = 0; k < 4; ++k) {
    weights[static_cast<std::size_t>(k)] = static_cast<float>(std::exp(-k * k / (2 * sigma * sigma)) / total);
  }
  const auto along = [&](const Map& from, Index dy, Index dx) {
    Map to(from.height, from.width);
    for (Index y = 3 * dy; y < from.height - 3 * dy; ++y) {
      for (Index x = 3 * dx; x < from.width - 3 * dx; ++x) {
        float sum = 0;
        for (Index k = -3; k <= 3; ++k) {
          sum += weights[static_cast<std::size_t>(std::abs(k))] * from.at(y + k * dy, x + k * dx);
        }
        to.at(y, x) = sum;
      }
    }
    return to;
  };
  return along(along(source, 0, 1), 1, 0);
}

/// Widens or thins the strokes towards `target` pixels, at most by `most` on either side, leaving a soft edge.
///
/// A straight edge blurred by a Gaussian crosses the level (1 - erf(d / (sigma sqrt 2))) / 2 at the distance d
/// outside of where it was, so cutting at that level moves every edge by d.
inline void set_stroke_width(Map& ink, double target, double sigma, double most = .8) {
  const double distance = std::clamp((target - stroke_width(ink)) / 2, -most / 2, most);
  const double level = (1 - std::erf(distance / (sigma * std::sqrt(2.0)))) / 2;
  ink = blurred(ink, sigma);
  for (float& value : ink.values) {
    const double t = std::clamp((value - level) / std::min(.7, 2 * level) + .5, 0.0, 1.0);
    value = static_cast<float>(t * t * (3 - 2 * t));
  }
}

}  // namespace make_words
