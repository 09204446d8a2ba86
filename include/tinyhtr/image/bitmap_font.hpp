// A bitmap font of the printable ASCII characters, for captions in pictures.
#pragma once

#include <cstddef>
#include <string_view>

#include "tinyhtr/core/shape.hpp"

namespace tinyhtr::detail {

/// Every glyph has 5 columns, a column between it and the next; 7 rows above the base line, 2 below.
inline constexpr Index glyph_height = 9, glyph_width = 5, glyph_advance = 6;

/// Six bands of 16 characters from the space, U+0020, on; the last of them, U+007F, is a box that stands for whatever
/// else a text may hold. A band is 9 rows of 95 columns.
inline constexpr std::string_view glyph_bands =
    "        #    # #   # #    #   ##     ##     #      #   #                                      #"
    "        #    # #   # #   #### ##  # #  #    #     #     #     #     #                         #"
    "        #    # #  ##### # #      #  #  #    #    #       #  # # #   #                        # "
    "        #          # #   ###    #    ##          #       #   ###  #####       #####         #  "
    "        #         #####   # #  #    # # #        #       #  # # #   #                      #   "
    "                   # #  ####  #  ## #  #          #     #     #     #    ##          ##   #    "
    "        #          # #    #      ##  ## #          #   #                 ##          ##   #    "
    "                                                                          #                    "
    "                                                                         #                     "

    " ###    #    ###   ###     #  #####   ##  #####  ###   ###                 #         #     ### "
    "#   #  ##   #   # #   #   ##  #      #        # #   # #   #  ##    ##     #           #   #   #"
    "#  ##   #       #     #  # #  ####  #        #  #   # #   #  ##    ##    #    #####    #      #"
    "# # #   #     ##    ##  #  #      # ####    #    ###   ####             #               #   ## "
    "##  #   #    #        # #####     # #   #   #   #   #     #  ##          #    #####    #    #  "
    "#   #   #   #     #   #    #  #   # #   #  #    #   #    #   ##    ##     #           #        "
    " ###   ###  #####  ###     #   ###   ###   #     ###   ##          ##      #         #      #  "
    "                                                                    #                          "
    "                                                                   #                           "

    " ###   ###  ####   ###  ####  ##### #####  ###  #   #  ###    ### #   # #     #   # #   #  ### "
    "#   # #   # #   # #   # #   # #     #     #   # #   #   #      #  #  #  #     ## ## ##  # #   #"
    "# ### #   # #   # #     #   # #     #     #     #   #   #      #  # #   #     # # # ##  # #   #"
    "# # # ##### ####  #     #   # ####  ####  # ### #####   #      #  ##    #     # # # # # # #   #"
    "# ##  #   # #   # #     #   # #     #     #   # #   #   #      #  # #   #     #   # #  ## #   #"
    "#     #   # #   # #   # #   # #     #     #   # #   #   #   #  #  #  #  #     #   # #  ## #   #"
    " ###  #   # ####   ###  ####  ##### #      ###  #   #  ###   ##   #   # ##### #   # #   #  ### "
    "                                                                                               "
    "                                                                                               "

    "####   ###  ####   ###  ##### #   # #   # #   # #   # #   # #####  ###  #      ###    #        "
    "#   # #   # #   # #   #   #   #   # #   # #   # #   # #   #     #  #    #        #   # #       "
    "#   # #   # #   # #       #   #   # #   # #   #  # #   # #     #   #     #       #  #   #      "
    "####  #   # ####   ###    #   #   # #   # # # #   #     #     #    #      #      #             "
    "#     # # # # #       #   #   #   #  # #  # # #  # #    #    #     #       #     #             "
    "#     #  #  #  #  #   #   #   #   #  # #  ## ## #   #   #   #      #        #    #             "
    "#      ## # #   #  ###    #    ###    #   #   # #   #   #   #####  ###      #  ###             "
    "                                                                                          #####"
    "                                                                                               "

    " #          #               #         ##        #       #      #  #      ##                    "
    "  #         #               #        #          #                 #       #                    "
    "       ###  ####   ###   ####  ###  ###    #### # ##   ##     ##  #  #    #   ## #  # ##   ### "
    "          # #   # #   # #   # #   #  #    #   # ##  #   #      #  # #     #   # # # ##  # #   #"
    "       #### #   # #     #   # #####  #    #   # #   #   #      #  ##      #   # # # #   # #   #"
    "      #   # #   # #   # #   # #      #    #   # #   #   #      #  # #     #   # # # #   # #   #"
    "       #### ####   ###   ####  ###   #     #### #   #  ###     #  #  #   ###  # # # #   #  ### "
    "                                              #             #  #                               "
    "                                           ###               ##                                "

    "                         #                                           #    #    #          #####"
    "                         #                                          #     #     #         #   #"
    "####   #### # ##   #### ###   #   # #   # #   # #   # #   # #####   #     #     #    #    #   #"
    "#   # #   # ##  # #      #    #   # #   # #   #  # #  #   #    #   #      #      #  # # # #   #"
    "#   # #   # #      ###   #    #   # #   # # # #   #   #   #   #     #     #     #      #  #   #"
    "#   # #   # #         #  #  # #  ##  # #  # # #  # #  #   #  #      #     #     #         #   #"
    "####   #### #     ####    ##   ## #   #    # #  #   #  #### #####    #    #    #          #####"
    "#         #                                               #                                    "
    "#         #                                            ###                                     ";

/// Whether a pixel of a character's glyph is ink: row from 0 to 8, column from 0 to 4.
constexpr bool glyph_pixel(char32_t character, Index row, Index column) {
  constexpr Index glyphs_in_band = 16, band_width = glyphs_in_band * glyph_advance - 1;
  const Index number = character >= 0x20 && character < 0x7F ? static_cast<Index>(character) - 0x20 : 95;
  const Index band = number / glyphs_in_band, left = number % glyphs_in_band * glyph_advance;
  return glyph_bands[static_cast<std::size_t>((band * glyph_height + row) * band_width + left + column)] == '#';
}

}  // namespace tinyhtr::detail
