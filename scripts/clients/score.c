/* Bits/dim of images by TensorFlow's C API.
 *
 *     score MODEL COUNT HEIGHT WIDTH CHANNELS <levels >bits
 *
 * Reads COUNT images of bytes, levels from 0 on, and prints a line for each. To build it, with the
 * libraries of the Python package, see README.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <tensorflow/c/c_api.h>

static TF_Status *status;

static void check(int fine, const char *what) {
  if (!fine || TF_GetCode(status) != TF_OK) {
    fprintf(stderr, "error: %s: %s\n", what, TF_Message(status));
    exit(4);
  }
}

/* Operations are named SIGNATURE/INPUT and SIGNATURE/OUTPUT. */
static TF_Output port(TF_Graph *graph, const char *name) {
  TF_Output output = {TF_GraphOperationByName(graph, name), 0};
  check(output.oper != NULL, name);
  return output;
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: score MODEL COUNT HEIGHT WIDTH CHANNELS <levels >bits\n");
    return 2;
  }
  status = TF_NewStatus();
  int64_t shape[4];
  size_t size = 1;
  for (int i = 0; i < 4; i++) {
    shape[i] = atoll(argv[2 + i]);
    size *= (size_t)shape[i];
  }
  TF_Tensor *images = TF_AllocateTensor(TF_UINT8, shape, 4, size);
  check(fread(TF_TensorData(images), 1, size, stdin) == size, "too few levels on standard input");

  const char *tags[] = {"serve"};
  TF_Graph *graph = TF_NewGraph();
  TF_SessionOptions *options = TF_NewSessionOptions();
  TF_Session *session =
      TF_LoadSessionFromSavedModel(options, NULL, argv[1], tags, 1, graph, NULL, status);
  check(session != NULL, argv[1]);
  TF_Output in = port(graph, "score/images");
  TF_Output out = port(graph, "score/bits_per_dim");
  TF_Tensor *bits = NULL;
  TF_SessionRun(session, NULL, &in, &images, 1, &out, &bits, 1, NULL, 0, NULL, status);
  check(bits != NULL, "score");
  const float *values = TF_TensorData(bits);
  for (int64_t i = 0; i < shape[0]; i++) {
    printf("%.6f\n", values[i]);
  }

  TF_DeleteTensor(bits);
  TF_DeleteTensor(images);
  TF_CloseSession(session, status);
  TF_DeleteSession(session, status);
  TF_DeleteSessionOptions(options);
  TF_DeleteGraph(graph);
  TF_DeleteStatus(status);
  return 0;
}
