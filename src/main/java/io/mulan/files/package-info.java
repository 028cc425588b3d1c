/**
 * Files and folders written whole or not at all, locks between programs, the cache folder, and why
 * reading or writing failed. What has been written survives a loss of power once the method
 * returns. Knows no format and nothing of models.
 *
 * <p>Part of the Java API as far as {@link io.mulan.run} names its types; otherwise internal.
 */
package io.mulan.files;
