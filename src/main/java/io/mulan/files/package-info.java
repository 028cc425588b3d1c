/**
 * Files and folders written whole or not at all, locks between programs, the cache folder, and why
 * reading or writing failed. What has been written survives a loss of power once the method
 * returns. Knows no format and nothing of models.
 */
package io.mulan.files;
