/**
 * Files and folders that are there whole or not at all, locks between programs, and why reading or
 * writing failed. What has been written survives a loss of power once the method returns.
 */
package io.mulan.files;
