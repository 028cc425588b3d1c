#!/usr/bin/env bash
# Makes the pictures in imagemagick, gradients of 13×10 pixels, by ImageMagick 6, and next to each that
# is to be read NAME.rgb, the samples that ImageMagick itself reads from it.
set -euo pipefail
cd "$(dirname -- "${BASH_SOURCE[0]}")/imagemagick"
rm -f -- *

made() {
  convert "$1" -depth 8 rgb:"$1.rgb"
}

source=$(mktemp --suffix=.miff)
trap 'rm -f -- "$source"' EXIT
convert -size 13x10 xc:black -depth 16 \
  -channel R -fx 'i/12' -channel G -fx 'j/9' -channel B -fx '(i+2*j)/30' +channel "$source"

picture() {
  local name=$1
  shift
  convert "$source" -strip "$@" "$name"
  made "${name#*:}"
}

picture PNG24:rgb.png -depth 8
picture PNG24:interlaced.png -depth 8 -interlace PNG
picture PNG32:opaque.png -depth 8 -alpha set
picture palette.png -depth 8 +dither -colors 16 -type Palette
picture grey.png -colorspace Gray -depth 8
picture grey-4.png -colorspace Gray -depth 4 -define png:bit-depth=4 -define png:color-type=0
picture black-and-white.png -colorspace Gray -threshold 50% -define png:bit-depth=1
picture colour.gif +dither -colors 64
picture interlaced.gif +dither -colors 64 -interlace GIF
picture grey.gif -colorspace Gray
picture BMP3:rgb.bmp -depth 8 -type TrueColor
picture BMP:version-5.bmp -depth 8 -type TrueColor
picture BMP3:palette.bmp +dither -colors 16 -type Palette
picture BMP3:grey.bmp -colorspace Gray -type Grayscale

picture colour.jpg -quality 95 -sampling-factor 1x1
picture grey.jpg -colorspace Gray -quality 95
picture progressive.jpg -quality 95 -sampling-factor 1x1 -interlace JPEG

# Pictures that are refused: they have no samples next to them.
convert "$source" -strip -depth 16 PNG48:deep.png
convert "$source" -strip -depth 16 -colorspace Gray -define png:bit-depth=16 deep-grey.png
convert "$source" -strip -depth 8 -alpha set -channel A -fx 'i/12' +channel PNG32:alpha.png
convert "$source" \( "$source" -negate \) -strip +dither -colors 16 moving.gif
convert "$source" -strip -colorspace CMYK -quality 95 cmyk.jpg
