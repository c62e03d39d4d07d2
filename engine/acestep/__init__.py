"""The ACE-Step engine: the published 1.5 models through diffusers, with exact fixes around them."""
