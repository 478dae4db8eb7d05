/** In place of cdktf's own, in unit tests: it notes where each construct was made, at every depth, a tenth of their time; nobody reads that here. */
exports.captureStackTrace = () => [];
/** The fork's name for it. */
exports.captureCreationStack = () => [];
