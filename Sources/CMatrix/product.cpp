#include "CMatrix.h"

#include <dlfcn.h>

#include <cstring>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>

using dnnl::memory;

struct ca_product {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::matmul::primitive_desc description;
  dnnl::matmul primitive;
  memory weights;
  memory bias;
  // For bfloat16: what a run does to its input first.
  bool rounds;
  memory::desc input;
  dnnl::reorder rounding;
};

// oneDNN is built on OpenMP, which would start a team of its own in each of our threads. The setting belongs to the
// calling thread. Looked up by name: an oneDNN without OpenMP has no such function and needs none.
static void useOneThread() {
  static const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  if (set) set(1);
}

static memory::desc matrix(size_t rows, size_t columns, memory::format_tag order,
                           memory::data_type type = memory::data_type::f32) {
  return memory::desc({static_cast<memory::dim>(rows), static_cast<memory::dim>(columns)}, type, order);
}

// Where the rounded inputs end and oneDNN's own scratch begins.
static size_t roundedBytes(const ca_product *product) {
  return product->rounds ? (product->description.src_desc().get_size() + 63) / 64 * 64 : 0;
}

int ca_has_bfloat16(void) {
#if defined(__x86_64__)
  const int needed = static_cast<int>(dnnl::cpu_isa::avx512_core_bf16);
  return (static_cast<int>(dnnl::get_effective_cpu_isa()) & needed) == needed;
#else
  return 0;
#endif
}

ca_product *ca_product_new(const float *weights, const float *bias, size_t rows, size_t outputs, size_t inputs,
                           ca_precision precision) try {
  using tag = memory::format_tag;
  useOneThread();
  auto product = std::make_unique<ca_product>();
  dnnl::primitive_attr attributes;
  // A scratchpad inside the primitive would make it unsafe to share.
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const auto type = precision == CA_BFLOAT16 ? memory::data_type::bf16 : memory::data_type::f32;
  const auto x = matrix(rows, inputs, tag::ab, type), w = matrix(inputs, outputs, tag::any, type),
             b = matrix(1, outputs, tag::ab), y = matrix(rows, outputs, tag::ab);
#if DNNL_VERSION_MAJOR >= 3
  product->description = dnnl::matmul::primitive_desc(product->engine, x, w, b, y, attributes);
#else
  product->description = dnnl::matmul::primitive_desc(dnnl::matmul::desc(x, w, b, y), attributes, product->engine);
#endif
  product->primitive = dnnl::matmul(product->description);

  memory plain(matrix(inputs, outputs, tag::ba), product->engine, const_cast<float *>(weights));
  product->weights = memory(product->description.weights_desc(), product->engine);
  dnnl::stream stream(product->engine);
  dnnl::reorder(plain, product->weights).execute(stream, plain, product->weights);
  stream.wait();
  product->bias = memory(matrix(1, outputs, tag::ab), product->engine);
  std::memcpy(product->bias.get_data_handle(), bias, outputs * sizeof(float));
  product->rounds = precision == CA_BFLOAT16;
  if (product->rounds) {
    product->input = matrix(rows, inputs, tag::ab);
    product->rounding = dnnl::reorder(
        dnnl::reorder::primitive_desc(product->engine, product->input, product->engine, x, attributes));
  }
  return product.release();
} catch (const std::exception &) {
  return nullptr;
}

void ca_product_free(ca_product *product) { delete product; }

size_t ca_product_scratch(const ca_product *product) {
  return roundedBytes(product) + product->description.scratchpad_desc().get_size();
}

int ca_product_run(const ca_product *product, const float *x, float *y, void *scratch) try {
  useOneThread();
  dnnl::stream stream(product->engine);
  float *input = const_cast<float *>(x);
  memory source(product->description.src_desc(), product->engine, product->rounds ? scratch : input);
  if (product->rounds) {
    memory plain(product->input, product->engine, input);
    product->rounding.execute(stream, plain, source);
  }
  memory target(product->description.dst_desc(), product->engine, y);
  memory pad(product->description.scratchpad_desc(), product->engine,
             static_cast<char *>(scratch) + roundedBytes(product));
  product->primitive.execute(stream, {{DNNL_ARG_SRC, source},
                                      {DNNL_ARG_WEIGHTS, product->weights},
                                      {DNNL_ARG_BIAS, product->bias},
                                      {DNNL_ARG_DST, target},
                                      {DNNL_ARG_SCRATCHPAD, pad}});
  stream.wait();
  return 0;
} catch (const std::exception &) {
  return 1;
}
