#include "lib/ocr.h"

#include <leptonica/allheaders.h>
#include <tesseract/capi.h>

/* Of libgomp, which Tesseract brings along; absent where it was built without OpenMP. */
extern void omp_set_max_active_levels(int levels) __attribute__((weak));

/* Made once before the workers start, then used by one thread a process. */
static TessBaseAPI *engine;

int ocr_init(struct fault *why)
{
	if (engine)
		return OK;
	setMsgSeverity(L_SEVERITY_NONE);
	/* no parallel region ever gets a second thread */
	if (omp_set_max_active_levels)
		omp_set_max_active_levels(0);
	TessBaseAPI *t = TessBaseAPICreate();
	if (!t || TessBaseAPIInit2(t, NULL, "eng", OEM_LSTM_ONLY) != 0) {
		TessBaseAPIDelete(t);
		return fault_set(why, E_UNSUPPORTED, "Tesseract finds no model for English (package tesseract-ocr-eng)");
	}
	TessBaseAPISetVariable(t, "debug_file", "/dev/null");
	engine = t;
	return OK;
}

static void take_text(struct buf *out, int *confidence)
{
	char *text = TessBaseAPIGetUTF8Text(engine);
	*confidence = TessBaseAPIMeanTextConf(engine);
	if (text)
		buf_add_str(out, text);
	TessDeleteText(text);
}

int ocr_page(const unsigned char *grey, uint32_t width, uint32_t height, uint32_t stride, double dpi,
             struct buf *out, int *confidence, struct fault *why)
{
	*confidence = 0;
	if (!engine)
		return fault_set(why, E_UNSUPPORTED, "Tesseract has no model for English (package tesseract-ocr-eng)");
	TessBaseAPIClearAdaptiveClassifier(engine);
	TessBaseAPISetPageSegMode(engine, PSM_AUTO);
	TessBaseAPISetImage(engine, grey, (int)width, (int)height, 1, (int)stride);
	TessBaseAPISetSourceResolution(engine, dpi >= 70 && dpi < 2400 ? (int)dpi : 300);
	int e = TessBaseAPIRecognize(engine, NULL) == 0 ? OK : fault_set(why, E_DAMAGED, "Tesseract cannot recognise this picture");
	if (!e)
		take_text(out, confidence);
	TessBaseAPIClear(engine);
	return e;
}
