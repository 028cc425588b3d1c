/**
 * Models on their way out: SavedModels with their signatures, warm-up requests and provenance, and
 * the way back in; and the graph of the bound as a pure function of weights, images and noise, with
 * what it is made of in words and numbers.
 */
package io.mulan.export;
