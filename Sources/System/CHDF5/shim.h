#pragma once
#include <hdf5.h>

// Macros that call or cast are not imported into Swift: one getter each.
static inline unsigned ansa_H5F_ACC_RDONLY(void) { return H5F_ACC_RDONLY; }
static inline unsigned ansa_H5F_ACC_RDWR(void) { return H5F_ACC_RDWR; }
static inline unsigned ansa_H5F_ACC_TRUNC(void) { return H5F_ACC_TRUNC; }
static inline hid_t ansa_H5P_DATASET_CREATE(void) { return H5P_DATASET_CREATE; }
static inline hid_t ansa_H5P_GROUP_CREATE(void) { return H5P_GROUP_CREATE; }
static inline hid_t ansa_H5P_FILE_ACCESS(void) { return H5P_FILE_ACCESS; }
static inline hsize_t ansa_H5S_UNLIMITED(void) { return H5S_UNLIMITED; }
static inline size_t ansa_H5T_VARIABLE(void) { return H5T_VARIABLE; }
static inline hid_t ansa_H5T_C_S1(void) { return H5T_C_S1; }
static inline hid_t ansa_H5T_NATIVE_INT8(void) { return H5T_NATIVE_INT8; }
static inline hid_t ansa_H5T_NATIVE_UINT8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t ansa_H5T_NATIVE_INT16(void) { return H5T_NATIVE_INT16; }
static inline hid_t ansa_H5T_NATIVE_INT32(void) { return H5T_NATIVE_INT32; }
static inline hid_t ansa_H5T_NATIVE_INT64(void) { return H5T_NATIVE_INT64; }
static inline hid_t ansa_H5T_NATIVE_FLOAT(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t ansa_H5T_NATIVE_DOUBLE(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t ansa_H5T_STD_I64LE(void) { return H5T_STD_I64LE; }
static inline hid_t ansa_H5T_STD_REF_OBJ(void) { return H5T_STD_REF_OBJ; }
static inline hid_t ansa_H5T_IEEE_F32LE(void) { return H5T_IEEE_F32LE; }
static inline hid_t ansa_H5T_IEEE_F64LE(void) { return H5T_IEEE_F64LE; }
