"""Parameters of the disruption engine held to past episodes."""

from isthmus.ensemble.calibration.backtest import backtest
from isthmus.ensemble.calibration.calibrate import calibrate, posterior_of
from isthmus.ensemble.calibration.predict import predict
from isthmus.ensemble.calibration.predict_many import predict_many
from isthmus.ensemble.calibration.priors import load_priors
from isthmus.ensemble.calibration.tables import numbers_of

__all__ = [
    "backtest",
    "calibrate",
    "load_priors",
    "numbers_of",
    "posterior_of",
    "predict",
    "predict_many",
]
