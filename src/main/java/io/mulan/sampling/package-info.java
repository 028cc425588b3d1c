/**
 * Images from noise: ancestral sampling and the probability flow (Kingma et al. 2021, appendix A;
 * Song et al. 2021, section 4.3). The loops over steps are in the graph.
 *
 * <p>Part of the Java API as far as {@link io.mulan.run} names its types; otherwise internal.
 */
package io.mulan.sampling;
