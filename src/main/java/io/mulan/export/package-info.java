/**
 * Models as files for others: the graph of the bound as a pure function of weights, images and
 * noise, and what it is made of in words and numbers.
 */
package io.mulan.export;
