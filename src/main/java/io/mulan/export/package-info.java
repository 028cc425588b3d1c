/**
 * Trained models on their way out: SavedModels with their signatures, warm-up requests and
 * provenance, and the way back in.
 */
package io.mulan.export;
